// What a backend with the Pusher server library asks of the hub, and what the hub tells it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Backend, app, soketi } from "./backend.mjs";
import { PusherClient, Server, next, subscribe, until } from "./server.mjs";

let backend, server;
const clients = [];

before(async () => {
  backend = await Backend.start();
  const hooks = [
    { url: backend.url + "/hook", event_types: ["channel_occupied", "channel_vacated", "member_added", "member_removed", "client_event", "cache_miss", "subscription_count"], headers: { "X-Tenant": "t1" } },
  ];
  server = await Server.start({ args: ["hub"], env: { ...soketi, SOKETI_DEFAULT_APP_WEBHOOKS: JSON.stringify(hooks), HUB_SUBSCRIPTION_COUNT: "true" } });
  backend.use(server.hub);
});
after(async () => {
  for (const client of clients) client.disconnect();
  assert.equal((await server.stop()).code, 0);
  assert.equal(backend.forged, 0, "every webhook was signed with the app's secret");
  await backend.stop();
});

function client(user) {
  const { hostname, port } = new URL("http://" + server.hub);
  const made = new PusherClient(app.key, {
    wsHost: hostname, wsPort: Number(port), forceTLS: false, disableStats: true, enabledTransports: ["ws"], cluster: "mt1",
    channelAuthorization: { endpoint: backend.url + "/broadcasting/auth", headers: { "X-User": user ?? "" } },
  });
  clients.push(made);
  return made;
}

const ask = async (path, params) => (await backend.pusher.get({ path, params })).json();

test("channels by prefix with counts, users of a channel, and what a trigger says", async () => {
  await subscribe(client("ann"), "presence-asked");
  await subscribe(client("bob"), "presence-asked");
  await subscribe(client("bob"), "presence-asked");
  await subscribe(client(), "asked");
  assert.deepEqual(await ask("/channels", { filter_by_prefix: "presence-asked", info: "user_count" }), { channels: { "presence-asked": { user_count: 2 } } });
  assert.deepEqual(await ask("/channels/presence-asked", { info: "user_count,subscription_count" }), { occupied: true, user_count: 2, subscription_count: 3 });
  const { users } = await ask("/channels/presence-asked/users");
  assert.deepEqual(users.map((user) => user.id).sort(), ["ann", "bob"]);
  await assert.rejects(backend.pusher.get({ path: "/channels", params: { info: "user_count" } }), { status: 400 });
  await assert.rejects(backend.pusher.get({ path: "/channels/asked/users" }), { status: 400 });

  const told = await (await backend.pusher.trigger(["asked", "empty"], "e", {}, { info: "subscription_count" })).json();
  assert.deepEqual(told, { channels: { asked: { subscription_count: 1 }, empty: { subscription_count: 0 } } });
  const batch = await (await backend.pusher.triggerBatch([
    { channel: "presence-asked", name: "a", data: {}, info: "user_count" }, { channel: "asked", name: "b", data: {} },
  ])).json();
  assert.deepEqual(batch, { batch: [{ user_count: 2 }, {}] });
});

test("an encrypted trigger is decrypted by the client, with the backend's shared secret", async () => {
  const channel = await subscribe(client("ann"), "private-encrypted-safe");
  const heard = next(channel, "plan");
  await backend.pusher.trigger("private-encrypted-safe", "plan", { n: 3 });
  assert.deepEqual(await heard, { n: 3 });
});

test("webhooks tell of channels, members, client events and misses", async () => {
  const ann = client("ann");
  const channel = await subscribe(ann, "presence-told");
  const occupied = await backend.hooked("channel_occupied", "presence-told");
  assert.equal(occupied.header, "t1");
  assert.ok(Math.abs(occupied.age) < 5000, "time_ms is a time");
  assert.equal((await backend.hooked("member_added", "presence-told")).user_id, "ann");
  channel.trigger("client-move", { x: 1 });
  const moved = await backend.hooked("client_event", "presence-told");
  assert.deepEqual(
    [moved.event, JSON.parse(moved.data), moved.socket_id, moved.user_id],
    ["client-move", { x: 1 }, ann.connection.socket_id, "ann"],
  );
  await subscribe(ann, "cache-told");
  await backend.hooked("cache_miss", "cache-told");
  assert.equal((await backend.hooked("subscription_count", "cache-told")).subscription_count, 1);

  const left = Date.now();
  ann.disconnect();
  const removed = await backend.hooked("member_removed", "presence-told");
  const vacated = await backend.hooked("channel_vacated", "presence-told");
  assert.equal(removed.user_id, "ann");
  for (const event of [removed, vacated]) assert.ok(event.at - left >= 2900, "a leave is held back for 3 s");
  const names = backend.hooks.filter((event) => event.channel === "presence-told").map((event) => event.name);
  assert.deepEqual(names.slice(0, 3), ["channel_occupied", "member_added", "client_event"]);
  assert.deepEqual(names.slice(3).sort(), ["channel_vacated", "member_removed"]);
});

test("who is back within the grace has never been away", async () => {
  const first = client("eve");
  await subscribe(first, "presence-back");
  await backend.hooked("member_added", "presence-back");
  await subscribe(first, "gone");
  first.disconnect();
  await until(async () => !(await ask("/channels/presence-back")).occupied, "the channel is empty");
  await subscribe(client("eve"), "presence-back");
  await backend.hooked("channel_vacated", "gone"); // which was left at the same time
  const names = backend.hooks.filter((event) => event.channel === "presence-back").map((event) => event.name);
  assert.deepEqual(names, ["channel_occupied", "member_added"]);
});
