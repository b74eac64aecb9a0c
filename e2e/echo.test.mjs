// laravel-echo, as an application has it that comes from soketi, against the hub alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Echo from "laravel-echo";
import { Backend, app, soketi } from "./backend.mjs";
import { PusherClient, Server, until } from "./server.mjs";

let backend, server;
const echos = [];

before(async () => {
  backend = await Backend.start();
  server = await Server.start({ args: ["hub"], env: { ...soketi, SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: "true" } });
  backend.use(server.hub);
});
after(async () => {
  for (const echo of echos) echo.disconnect();
  assert.equal((await server.stop()).code, 0);
  await backend.stop();
});

function echo(user) {
  const { hostname, port } = new URL("http://" + server.hub);
  const made = new Echo({
    broadcaster: "pusher", Pusher: PusherClient, key: app.key, cluster: "mt1", wsHost: hostname, wsPort: Number(port), forceTLS: false,
    disableStats: true, enabledTransports: ["ws"],
    authEndpoint: backend.url + "/broadcasting/auth", auth: { headers: { "X-User": user ?? "" } },
    userAuthentication: { endpoint: backend.url + "/broadcasting/user-auth", headers: { "X-User": user ?? "" } },
  });
  echos.push(made);
  return made;
}

/** Resolves when the channel is subscribed, rejects when it is refused. */
const ready = (channel) => new Promise((resolve, reject) => {
  channel.subscribed(() => resolve(channel));
  channel.error((error) => reject(Object.assign(new Error("refused"), error)));
});
const next = (channel, event) => new Promise((resolve) => channel.listen(event, resolve));
const whispered = (channel, event) => new Promise((resolve) => channel.listenForWhisper(event, resolve));
const trigger = (...args) => backend.pusher.trigger(...args);

test("a public channel: events with and without a namespace, until nobody listens", async () => {
  const channel = await ready(echo().channel("scores"));
  const heard = [next(channel, "Goal"), next(channel, ".goal")];
  await trigger("scores", "App\\Events\\Goal", { by: 8569 });
  await trigger("scores", "goal", { by: 4444 });
  assert.deepEqual(await Promise.all(heard), [{ by: 8569 }, { by: 4444 }]);
  const late = [];
  channel.listen(".late", (data) => late.push(data)).stopListening(".late");
  const last = next(channel, ".last");
  await trigger("scores", "late", {});
  await trigger("scores", "last", {});
  await last;
  assert.deepEqual(late, []);
});

test("a private channel opens to whom the backend signs for", async () => {
  const channel = await ready(echo("ann").private("team.1"));
  const heard = next(channel, ".entry");
  await trigger("private-team.1", "entry", { n: 1 });
  assert.deepEqual(await heard, { n: 1 });
  await assert.rejects(ready(echo("ann").private("team.closed")), { status: 403 });
  await assert.rejects(ready(echo().private("team.1")), { status: 403 });
});

test("an encrypted channel: the client reads it, the hub never does", async () => {
  const client = echo("ann");
  const wire = [];
  client.connector.pusher.connection.bind("message", (message) => wire.push(JSON.stringify(message)));
  const channel = await ready(client.encryptedPrivate("vault"));
  const heard = next(channel, ".plan");
  await trigger("private-encrypted-vault", "plan", { code: "CANARY" });
  assert.deepEqual(await heard, { code: "CANARY" });
  assert.ok(wire.some((text) => text.includes("ciphertext")), "the event was on the wire");
  assert.ok(!wire.join().includes("CANARY"), "and nobody could read it there");
});

test("presence: who is here, who joins and who leaves, once for each user", async () => {
  const seen = [];
  const ann = echo("ann").join("pit").here((users) => seen.push(["here", users.map((user) => user.name)]))
    .joining((user) => seen.push(["joining", user.name])).leaving((user) => seen.push(["leaving", user.name]));
  await ready(ann);
  const bob = [echo("bob"), echo("bob")];
  const list = await new Promise((resolve) => bob[0].join("pit").here(resolve));
  assert.deepEqual(list.map((user) => user.name).sort(), ["Name of ann", "Name of bob"]);
  await ready(bob[1].join("pit"));
  bob[0].disconnect();
  bob[1].leave("pit");
  await until(() => seen.length >= 3, "bob has left");
  await ready(echo("cleo").join("pit"));
  await until(() => seen.length >= 4, "cleo has joined");
  assert.deepEqual(seen, [["here", ["Name of ann"]], ["joining", "Name of bob"], ["leaving", "Name of bob"], ["joining", "Name of cleo"]]);
});

test("whispers reach the others of a private and of a presence channel, and not the speaker", async () => {
  for (const kind of ["private", "join"]) {
    const [ann, bob] = await Promise.all(["ann", "bob"].map((user) => ready(echo(user)[kind]("talk"))));
    const own = [];
    ann.listenForWhisper("typing", (data) => own.push(data));
    const heard = whispered(bob, "typing");
    const answered = whispered(ann, "answer");
    ann.whisper("typing", { at: kind });
    assert.deepEqual(await heard, { at: kind });
    bob.whisper("answer", {});
    await answered;
    assert.deepEqual(own, []);
  }
});

test("a channel that was left is silent, and empty for the hub", async () => {
  const client = echo("ann");
  const heard = [];
  await Promise.all([client.channel("leave-me"), client.private("leave-me")].map((channel) => ready(channel.listen(".e", (data) => heard.push(data)))));
  const stays = await ready(client.channel("stays"));
  client.leave("leave-me");
  const occupied = async () => Object.keys((await (await backend.pusher.get({ path: "/channels" })).json()).channels);
  await until(async () => !(await occupied()).some((name) => name.includes("leave-me")), "nobody is subscribed");
  assert.ok((await occupied()).includes("stays"));
  const last = next(stays, ".last");
  await trigger(["leave-me", "private-leave-me"], "e", {});
  await trigger("stays", "last", {});
  await last;
  assert.deepEqual(heard, []);
});

test("a user who signs in hears what is sent to them, and is sent away", async () => {
  const client = echo("dan");
  const { pusher } = client.connector;
  const heard = new Promise((resolve) => pusher.user.bind("note", resolve));
  const signedIn = new Promise((resolve) => pusher.connection.bind("message", ({ event }) => event === "pusher:signin_success" && resolve()));
  client.connector.signin();
  await signedIn;
  await backend.pusher.sendToUser("dan", "note", { n: 1 });
  assert.deepEqual(await heard, { n: 1 });
  const code = new Promise((resolve) => pusher.connection.bind("error", (error) => resolve(error.data?.code)));
  await backend.pusher.terminateUserConnections("dan");
  assert.equal(await code, 4009);
});

test("after a restart on the same port every subscription is there again", async () => {
  const client = echo("ann");
  const subscriptions = [client.channel("again"), client.private("again"), client.join("again"), client.encryptedPrivate("again")];
  const heard = [];
  subscriptions.forEach((channel, i) => channel.listen(".e", (data) => heard.push([i, data.n])));
  await Promise.all(subscriptions.map(ready));
  const socket = client.socketId();
  const said = new Promise((resolve) => client.connector.pusher.connection.bind("error", (error) => resolve(error.data?.code)));
  const back = Promise.all(subscriptions.map(ready));
  const address = server.hub;
  assert.equal((await server.stop()).code, 0);
  assert.equal(await said, 4200);
  server = await Server.start({ args: ["hub"], env: { ...soketi, HUB_ADDR: address } });
  assert.equal(server.hub, address);
  await back;
  assert.notEqual(client.socketId(), socket);
  for (const name of ["again", "private-again", "presence-again", "private-encrypted-again"]) await trigger(name, "e", { n: 2 });
  await until(() => heard.length >= 4, "each channel's event");
  assert.deepEqual(heard.sort(), [[0, 2], [1, 2], [2, 2], [3, 2]]);
});
