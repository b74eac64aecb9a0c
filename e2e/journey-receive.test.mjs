// A lead takes over what scouts show as codes: by the camera, straight to the server.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encode } from "../web/node_modules/uqr/dist/index.mjs";
import { axe, Browser, settled } from "./browser.mjs";
import { meet, playing, report, signIn } from "./coach.mjs";
import { Server } from "./server.mjs";

let server, home, folder, browser;

before(async () => {
  server = await Server.start();
  home = await meet(server);
  folder = await mkdtemp(join(tmpdir(), "ftcmetrics-receive-"));
});
after(async () => {
  await browser?.stop();
  await server.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A film of the codes, one after the other, as a camera sees them. */
function film(texts) {
  const [width, height, hold] = [640, 480, 8];
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)];
  for (const text of texts) {
    const { data } = encode(text, { border: 4 });
    const scale = Math.floor(height / data.length);
    const luma = Buffer.alloc(width * height, 235);
    for (let y = 0; y < data.length * scale; y++) {
      for (let x = 0; x < data.length * scale; x++) if (data[Math.floor(y / scale)][Math.floor(x / scale)]) luma[y * width + x + 80] = 16;
    }
    for (let i = 0; i < hold; i++) parts.push(Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128));
  }
  return Buffer.concat(parts);
}

test("codes on a scout's screen become entries with the scout's name; a second scan changes nothing", async () => {
  const entries = Array.from({ length: 6 }, (_, i) => report(home, i + 1, 1, { autoClassifiedCount: i }));
  entries.push(report(home, 7, 1, {}, { scoutedTeamNumber: 9999 })); // does not play: it waits for the lead
  const { chunks } = await server.data("POST", "/api/scouting/transfer/encode", home.scouts.Ada.token, { scoutingTeamId: home.id, entries, chunkLength: 300 });
  assert.ok(chunks.length > 1);
  const path = join(folder, "codes.y4m");
  await writeFile(path, film(chunks));
  browser = await Browser.start({ args: ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`] });
  const context = await browser.context(server.url);
  const page = await signIn(context, home.lead.token, home);
  await page.goto("/coach/receive");
  await settled(page);
  const outcome = page.locator("[data-fresh]");
  await outcome.waitFor({ timeout: 60_000 });
  const told = () => outcome.evaluate(({ dataset }) => [dataset.fresh, dataset.known, dataset.waiting, dataset.refused].map(Number));
  assert.deepEqual(await told(), [6, 0, 1, 0]);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the screen");
  await axe(page);
  await page.emulateMedia({ colorScheme: "light" });
  await axe(page);
  const stored = await server.data("GET", `/api/scouting/entries?scoutingTeamId=${home.id}`, home.lead.token);
  assert.deepEqual(stored.map((e) => [e.matchNumber, e.scoutedTeamNumber, e.scouter.displayName]).sort((a, b) => a[0] - b[0]), entries.slice(0, 6).map((e) => [e.matchNumber, playing(e.matchNumber)[1], "Ada"]));
  await page.getByRole("button", { name: "Scan more" }).click();
  await outcome.waitFor({ timeout: 60_000 });
  assert.deepEqual(await told(), [0, 6, 1, 0]);
  assert.equal((await server.data("GET", `/api/scouting/entries?scoutingTeamId=${home.id}`, home.lead.token)).length, 6);
  await browser.assertClean();
  await context.close();
});
