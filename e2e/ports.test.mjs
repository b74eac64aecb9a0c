// Ports that processes take stay theirs while others open servers and connections.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { address } from "./ports.mjs";

const open = async (port) => {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
};

if (process.env.TAKES_PORTS) {
  const mine = [];
  for (let i = 0; i < 50; i++) mine.push(await address());
  console.log(mine.join(" "));
  await once(process.stdin, "data");
  for (const at of mine) await open(at.split(":")[1]);
  console.log("all listen");
} else {
  test("nobody else gets an address that is taken", async (t) => {
    const takers = Array.from({ length: 3 }, () => spawn(process.execPath, [fileURLToPath(import.meta.url)], { env: { ...process.env, NODE_TEST_CONTEXT: "", TAKES_PORTS: "1" }, stdio: ["pipe", "pipe", "inherit"] }));
    t.after(() => takers.forEach((taker) => taker.kill()));
    const lines = takers.map((taker) => createInterface({ input: taker.stdout })[Symbol.asyncIterator]());
    const taken = (await Promise.all(lines.map(async (line) => (await line.next()).value.split(" ")))).flat();
    assert.equal(new Set(taken).size, 150);
    const sockets = [];
    t.after(() => sockets.forEach((socket) => (socket.close ?? socket.destroy).call(socket)));
    for (let i = 0; i < 1000; i++) {
      const server = await open(0);
      const connection = connect(server.address().port, "127.0.0.1");
      await once(connection, "connect");
      sockets.push(server, connection);
    }
    for (const [i, taker] of takers.entries()) {
      taker.stdin.write("listen\n");
      assert.equal((await lines[i].next()).value, "all listen");
    }
  });
}
