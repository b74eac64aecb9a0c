// The whole FTC event of cmd/ftcmetrics/eventday_test.go with the stock pusher-js in the
// hall: each start and each result once and in order, through an outage of the official
// server, a time without changes, a correction, a replay, a match that vanishes, and kills.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("a whole event day", { timeout: 300_000 }, async () => {
  const go = spawn("go", ["test", "-count=1", "-run", "^TestAWholeEventDay$", "-v", "./cmd/ftcmetrics"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, SPECTATOR: JSON.stringify([process.execPath, fileURLToPath(new URL("spectator.mjs", import.meta.url))]) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [go.stdout, go.stderr]) stream.on("data", (part) => (said += part));
  const code = await new Promise((resolve, reject) => go.on("error", reject).on("close", resolve));
  assert.equal(code, 0, said);
  assert.match(said, /--- PASS: TestAWholeEventDay/);
});
