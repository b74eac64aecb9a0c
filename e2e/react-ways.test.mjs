// The package clients/react where there is no socket, where it goes and comes, where the hub
// is on another port, where the sockets move elsewhere, and where the log starts over.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundle, install, serve } from "../clients/react/test/bundle.mjs";
import { chrome, visit } from "../clients/react/test/page.mjs";
import { Server, entry, team, until } from "./server.mjs";

const source = fileURLToPath(new URL("../clients/react/test/app.jsx", import.meta.url));
const app = { REALTIME_APP_ID: "hall", REALTIME_APP_KEY: "hall-key", REALTIME_APP_SECRET: "a secret of these tests, 32 and more" };
const listener = (id, change = {}) => ["Listener", { id, channel: "event-USNCRA", event: "scouting:new-entry", round: 0, tier: "critical", ...change }];
const servers = [];
let installed, site, browser;

before(async () => {
  installed = await install();
  [site, browser] = [await serve({ app: await bundle(installed, source) }), await chrome()];
});
after(async () => {
  await browser?.close();
  await site?.stop();
  for (const server of servers) await server.stop();
  await installed?.remove();
});

async function start(env = {}) {
  const server = await Server.start({ env });
  servers.push(server);
  await until(() => server.setupCode, "a set-up code");
  server.home = await team(server);
  server.match = 0;
  server.post = () => server.data("POST", "/api/scouting/entries", server.owner, entry(server.home.id, { matchNumber: ++server.match, notes: "" }));
  return server;
}

const open = (server, token = server.owner) => visit(browser, site.url + "/app", {}, { url: server.url, token });
const consecutive = (seqs) => assert.deepEqual(seqs, Array.from(seqs, (_, i) => seqs[0] + i), "in order, without gaps, each once");

test("a server without sockets is polled, with the same hooks", async () => {
  const server = await start({ REALTIME_DRIVER: "disabled" });
  const page = await open(server);
  const feed = ["ScoutingFeed", { teamId: server.home.id }];
  await page.show([listener("a"), listener("b"), feed]);
  await page.says("a", "live");
  await page.says("b", "live");
  await page.says("connection", "polling");
  for (let i = 0; i < 7; i++) await server.post();
  for (const id of ["a", "b"]) {
    await page.hears(id, 7);
    consecutive(await page.heard(id));
  }
  await page.waitForFunction(() => document.querySelectorAll("#of-ScoutingFeed li").length === 7);
  assert.equal(await page.evaluate(() => window.Pusher.instances.length), 0, "nobody tried a socket");
  await page.done();
});

test("a socket that cannot be had is done without, and taken when it is there", async () => {
  const server = await start();
  const page = await open(server);
  let there = false;
  await page.routeWebSocket(/\/app\//, (ws) => (there ? ws.connectToServer() : ws.close({ code: 1001 })));
  await page.show([listener("a")]);
  await page.says("connection", "polling");
  await page.says("a", "live");
  await server.post();
  await page.hears("a", 1);
  there = true;
  await page.evaluate(() => dispatchEvent(new Event("online"))); // pusher-js would wait 15 s
  await page.says("connection", "connected");
  await page.says("a", "live");
  for (let i = 0; i < 3; i++) await server.post();
  await page.hears("a", 4);
  consecutive(await page.heard("a"));
  await page.done();
});

test("a hub on its own port, with a client of the application's and by the server's word", async () => {
  const server = await start({ ...app, REALTIME_PUBLIC_HOST: "127.0.0.1" });
  assert.notEqual(new URL(server.url).port, server.hub.split(":")[1]);
  const page = await open(server);
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(new URL(socket.url()).host));
  await page.show([listener("a")]);
  await page.says("a", "live");
  await server.post();
  await page.hears("a", 1);
  assert.deepEqual([...new Set(sockets)], [server.hub]);
  // As the project's first design made its client. It may have subscribed before, and goes on.
  await page.evaluate(([key, port, url, token]) => {
    const client = new window.Pusher(key, {
      wsHost: "127.0.0.1", wsPort: port, wssPort: port, forceTLS: false, disableStats: true, enabledTransports: ["ws", "wss"], cluster: "mt1",
      authEndpoint: url + "/api/pusher/auth", auth: { headers: { "X-User-Id": token } },
    });
    window.own = { client, heard: 0 };
    client.subscribe("event-USNCRA").bind("scouting:new-entry", () => window.own.heard++);
  }, [server.key, Number(server.hub.split(":")[1]), server.url, server.owner]);
  const parts = [listener("b"), listener("c", { channel: "private-team-" + server.home.id, event: "scouting:entry-created" })];
  await page.show(parts, "own");
  await page.says("b", "live");
  await page.says("c", "live");
  await server.post();
  await page.hears("b", 1);
  await page.hears("c", 1);
  await page.show([], "own");
  await page.waitForFunction((name) => !window.own.client.channel(name), "private-team-" + server.home.id);
  await server.post();
  await page.waitForFunction(() => window.own.heard === 2);
  assert.equal(await page.evaluate(() => window.own.client.connection.state), "connected", "it is not ours to close");
  await page.done();
});

// elsewhere starts a hub that is not the server's own, and says how a server is told of it.
async function elsewhere() {
  const hub = await Server.start({ args: ["hub"], env: { ...app, HUB_ADDR: "127.0.0.1:0" } });
  servers.push(hub);
  const { hostname, port } = new URL("http://" + hub.hub);
  return { at: hub.hub, env: { ...app, REALTIME_DRIVER: "soketi", SOKETI_HOST: hostname, SOKETI_PORT: port } };
}

// moved is the same server with other settings; whoever has a socket elsewhere sees nothing of it.
async function moved(server, env) {
  server.child.kill("SIGTERM");
  await server.exited;
  const { home, owner, match, post, dir, url } = server;
  Object.assign(server, await Server.start({ dir, env: { HTTP_ADDR: new URL(url).host, ...env } }), { home, owner, match, post, ownDir: true });
}

test("the sockets move while the former hub lives on: a page that is looked at again follows, and one that is not, too", async () => {
  const [first, second] = [await elsewhere(), await elsewhere()];
  const server = await start(first.env);
  const pages = await Promise.all(["seen", "unseen"].map(async (name) => {
    const page = await visit(browser, site.url + "/app", {}, { url: server.url, token: server.owner }, name === "unseen");
    page.sockets = [];
    page.on("websocket", (socket) => page.sockets.push(new URL(socket.url()).host));
    await page.show([listener("a")]);
    await page.says("a", "live");
    await page.says("connection", "connected");
    return page;
  }));
  const [seen, unseen] = pages;
  const look = () => Promise.all([seen.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))), unseen.clock.fastForward("04:00")]);
  const hear = async (n, state) => {
    await server.post();
    for (const page of pages) {
      await page.hears("a", n);
      await page.says("connection", state);
      consecutive(await page.heard("a"));
    }
  };
  await hear(1, "connected");
  await moved(server, second.env);
  await server.post(); // goes to the second hub, where nobody is yet
  for (const page of pages) assert.deepEqual(page.sockets, [first.at]);
  await look();
  await hear(3, "connected");
  for (const page of pages) assert.deepEqual(page.sockets, [first.at, second.at]);
  await moved(server, { REALTIME_DRIVER: "disabled" });
  await look();
  for (const page of pages) await page.says("connection", "polling");
  await hear(4, "polling");
  await moved(server, first.env);
  await look();
  for (const page of pages) await page.says("connection", "connected");
  await hear(5, "connected");
  for (const page of pages) {
    assert.deepEqual(page.sockets, [first.at, second.at, first.at]);
    await page.done();
  }
});

test("where the log starts over, that is told, and then what comes", async () => {
  const first = await start(app);
  const page = await open(first, "");
  await page.show([listener("a")]);
  await page.says("a", "live");
  for (let i = 0; i < 3; i++) await first.post();
  await page.hears("a", 3);
  const { host } = new URL(first.url);
  await first.stop();
  servers.splice(servers.indexOf(first), 1);
  const second = await start({ ...app, HTTP_ADDR: host });
  assert.equal(second.url, first.url);
  await second.post();
  await page.waitForFunction(() => window.resets.length >= 1);
  await page.says("a", "live");
  await second.post();
  await page.waitForFunction(() => window.heard.a.at(-1)[1] === 2);
  assert.deepEqual(await page.evaluate(() => window.resets), ["a"]);
  assert.ok(["1,2,3,2", "1,2,3,1,2"].includes(String(await page.heard("a"))), "what was there at the reset is not told, the rest is");
  await page.done();
});
