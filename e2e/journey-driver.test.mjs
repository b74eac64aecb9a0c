// Journey 10, the driver: embedded, then another server that speaks Pusher's protocol, then none, and embedded
// again, with restarts between. The client stays as it is: it loses nothing, and shows nothing twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { app as hubApp, soketi } from "./backend.mjs";
import { axe, Browser, settled } from "./browser.mjs";
import { linked, meet, report, signIn } from "./coach.mjs";
import { figure } from "./figure.mjs";
import { Server } from "./server.mjs";

let server, hub, browser, home, desk, coach;
let match = 0;
const ids = [];

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  home = await meet(server, { names: ["Ada"] });
  home.owner = server.owner;
  desk = await signIn(await browser.context(server.url, { screen: "laptop" }), home.owner, home);
  coach = await signIn(await browser.context(server.url), home.lead.token, home);
  await coach.goto("/coach");
  await linked(coach);
  await settled(coach);
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  await hub?.stop();
});

/** An entry, and waits until the coach sees it. */
async function post() {
  const { id } = await server.data("POST", "/api/scouting/entries", home.scouts.Ada.token, report(home, 1 + match++, 0));
  ids.push(id);
  await coach.locator(`[data-entry="${id}"]`).waitFor({ timeout: 45_000 });
}

/** The same address and the same data, another server. */
async function again(env) {
  const { dir, url } = server;
  server.child.kill("SIGTERM");
  await server.exited;
  server = await Server.start({ dir, env: { HTTP_ADDR: new URL(url).host, ...env } });
  server.ownDir = true;
}

/** Opens a page of the console. */
async function open(path, heading) {
  await desk.goto(path);
  await desk.getByRole("heading", { level: 1, name: heading }).waitFor();
  await settled(desk);
}

// What a browser notes while there is no server, or one that cannot tell.
const away = (run) => browser.forgiving(/\/app\/|WebSocket|ERR_CONNECTION|Failed to (load|fetch)/, run);

test("after a restart all are back, and nothing is lost", () =>
  away(async () => {
    await post();
    const from = Date.now();
    await again({});
    const up = Date.now();
    await linked(coach);
    figure("back-after-restart-ms", Date.now() - up, 10_000);
    figure("restart-with-start-ms", Date.now() - from, 20_000);
    await post();
  }));

test("another server's sockets: the open page asks meanwhile, the next one has a socket there", () =>
  away(async () => {
    hub = await Server.start({ args: ["hub"], env: soketi });
    const { hostname, port } = new URL("http://" + hub.hub);
    await again({
      REALTIME_DRIVER: "soketi", SOKETI_HOST: hostname, SOKETI_PORT: port,
      SOKETI_APP_ID: hubApp.appId, SOKETI_APP_KEY: hubApp.key, SOKETI_APP_SECRET: hubApp.secret,
    });
    await post();
    const sockets = [];
    coach.on("websocket", (socket) => sockets.push(new URL(socket.url()).host));
    await coach.reload();
    await linked(coach);
    await post();
    assert.deepEqual([...new Set(sockets)], [hub.hub]);
    await open("/console", "Overview");
    await desk.locator('[data-driver="soketi"]').waitFor();
    await axe(desk);
    await open("/console/channels", "Channels");
    await desk.getByRole("link", { name: `private-team-${home.id}`, exact: true }).waitFor();
    for (const [path, heading] of [["/console/connections", "Connections"], ["/console/log", "Debug log"]]) {
      await open(path, heading);
      await desk.getByText(/REALTIME_DRIVER=soketi/).waitFor();
      await axe(desk);
    }
  }));

test("no sockets at all: the same page asks", () =>
  away(async () => {
    await again({ REALTIME_DRIVER: "disabled" });
    await hub.stop(); // a socket that stays would keep the open page from asking
    hub = undefined;
    await post();
    await coach.reload();
    await linked(coach, "polling");
    await post();
    await open("/console", "Overview");
    await desk.locator('[data-driver="disabled"]').waitFor();
    await axe(desk);
  }));

test("embedded again, and every entry is there once", () =>
  away(async () => {
    await again({});
    await coach.reload();
    await linked(coach);
    await post();
    for (const id of ids) assert.equal(await coach.locator(`[data-entry="${id}"]`).count(), 1);
  }));

test("the faults of all of these pages", () => browser.assertClean());
