// The hub under the Pusher server library, on the hub's own address and on the API's.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PusherServer, Server, next, subscribe } from "./server.mjs";

let server, secrets;
const clients = [];

before(async () => {
  server = await Server.start();
  secrets = JSON.parse(await readFile(join(server.dir, "secrets.json"), "utf8"));
});
after(async () => {
  for (const client of clients) client.disconnect();
  assert.equal((await server.stop()).code, 0);
});

const publisher = (address) => {
  const { hostname, port } = new URL("http://" + address);
  return new PusherServer({ appId: secrets.appId, key: secrets.appKey, secret: secrets.appSecret, host: hostname, port, useTLS: false });
};

function client() {
  const made = server.client();
  clients.push(made);
  return made;
}

test("what a server library triggers reaches pusher-js, on both addresses", async () => {
  const channel = await subscribe(client(), "chat-room");
  for (const address of [server.hub, new URL(server.url).host]) {
    const heard = next(channel, "message-" + address.length);
    const response = await publisher(address).trigger("chat-room", "message-" + address.length, "hello world");
    assert.equal(response.status, 200);
    assert.equal(await heard, "hello world");
  }
});

test("batches, channels, and a socket that is left out", async () => {
  const speaker = client();
  const channel = await subscribe(speaker, "game-1");
  const heard = [];
  channel.bind_global((name, data) => heard.push([name, data]));
  const other = await subscribe(client(), "game-1");
  const api = publisher(server.hub);
  const done = next(other, "b");
  await api.trigger("game-1", "own", { n: 0 }, { socket_id: speaker.connection.socket_id });
  const last = next(channel, "b");
  await api.triggerBatch([{ channel: "game-1", name: "a", data: { n: 1 } }, { channel: "game-1", name: "b", data: { n: 2 } }]);
  await Promise.all([done, last]);
  assert.deepEqual(heard.filter(([name]) => !name.startsWith("pusher")), [["a", { n: 1 }], ["b", { n: 2 }]]);
  const list = await (await api.get({ path: "/channels" })).json();
  assert.ok("game-1" in list.channels);
  const one = await (await api.get({ path: "/channels/game-1", params: { info: "subscription_count" } })).json();
  assert.deepEqual([one.occupied, one.subscription_count], [true, 2]);
});

test("a wrong secret publishes nothing", async () => {
  const { hostname, port } = new URL("http://" + server.hub);
  const forger = new PusherServer({ appId: secrets.appId, key: secrets.appKey, secret: "guess", host: hostname, port, useTLS: false });
  await assert.rejects(forger.trigger("chat-room", "message", "x"), { status: 401 });
});

test("the addresses say that they are there", async () => {
  assert.equal((await fetch("http://" + server.hub)).status, 200);
  assert.equal((await fetch(server.url + "/ready")).status, 200);
  assert.match(await (await fetch("http://" + server.metrics + "/metrics")).text(), /ftcmetrics_connected/);
  assert.equal((await fetch(server.url + "/metrics")).status, 404);
  const page = await fetch(server.url + "/", { headers: { Accept: "text/html" } });
  assert.match(await page.text(), /<html/);
});
