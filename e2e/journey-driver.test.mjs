// Journey 10, the driver: embedded, then another server that speaks Pusher's protocol, then none. The client stays
// as it is: it loses nothing, and shows nothing twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { app as hubApp, soketi } from "./backend.mjs";
import { axe } from "./browser.mjs";
import { linked } from "./coach.mjs";
import { Operator } from "./operator.mjs";
import { Server } from "./server.mjs";

let operator, desk, coach, hub;
let match = 0;
const ids = [];

before(async () => {
  operator = await Operator.start({ names: ["Ada"] });
  desk = operator.page;
  coach = await operator.coach();
});
after(async () => {
  await operator?.stop();
  await hub?.stop();
});

const post = async () => ids.push(await operator.post(coach, ++match));

test("another server's sockets: the open page asks meanwhile, the next one has a socket there", () =>
  operator.away(async () => {
    await post();
    hub = await Server.start({ args: ["hub"], env: soketi });
    const { hostname, port } = new URL("http://" + hub.hub);
    await operator.again({
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
    await operator.open("/console", "Overview");
    await desk.locator('[data-driver="soketi"]').waitFor();
    await axe(desk);
    await operator.open("/console/channels", "Channels");
    await desk.getByRole("link", { name: `private-team-${operator.home.id}`, exact: true }).waitFor();
    for (const [path, heading] of [["/console/connections", "Connections"], ["/console/log", "Debug log"]]) {
      await operator.open(path, heading);
      await desk.getByText(/REALTIME_DRIVER=soketi/).waitFor();
      await axe(desk);
    }
  }));

test("no sockets at all: the same page asks", () =>
  operator.away(async () => {
    await operator.again({ REALTIME_DRIVER: "disabled" });
    await hub.stop(); // a socket that stays would keep the open page from asking
    hub = undefined;
    await post();
    await coach.reload();
    await linked(coach, "polling");
    await post();
    await operator.open("/console", "Overview");
    await desk.locator('[data-driver="disabled"]').waitFor();
    await axe(desk);
    for (const id of ids) assert.equal(await coach.locator(`[data-entry="${id}"]`).count(), 1, "nothing is lost, nothing is there twice");
  }));

test("the faults of all of these pages", () => operator.browser.assertClean());
