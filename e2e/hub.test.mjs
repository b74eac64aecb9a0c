// Users and cache channels: the stock clients and the server library against the hub.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PusherClient, PusherServer, Server, next, team, until } from "./server.mjs";

let server, api, secrets;
const clients = [];

before(async () => {
  server = await Server.start();
  await until(() => server.setupCode, "a set-up code");
  secrets = JSON.parse(await readFile(join(server.dir, "secrets.json"), "utf8"));
  const { hostname, port } = new URL("http://" + server.hub);
  api = new PusherServer({ appId: secrets.appId, key: secrets.appKey, secret: secrets.appSecret, host: hostname, port, useTLS: false });
});
after(async () => {
  for (const client of clients) client.disconnect();
  assert.equal((await server.stop()).code, 0);
});

/** A client that signs in at our own API with the token. */
function person(token) {
  const hub = new URL("http://" + server.hub);
  const made = new PusherClient(server.key, {
    wsHost: hub.hostname, wsPort: Number(hub.port), forceTLS: false, disableStats: true, enabledTransports: ["ws"], cluster: "mt1",
    channelAuthorization: { endpoint: server.url + "/api/pusher/auth", headers: { "X-User-Id": token } },
    userAuthentication: { endpoint: server.url + "/api/pusher/user-auth", headers: { "X-User-Id": token } },
  });
  clients.push(made);
  return made;
}

/** Signs in and resolves with the user's data. */
function signin(client) {
  const done = new Promise((resolve, reject) => {
    client.connection.bind("message", (event) => {
      if (event.event === "pusher:signin_success") resolve(JSON.parse(event.data.user_data));
    });
    client.user.bind("pusher:signin_error", (error) => reject(Object.assign(new Error("refused"), error)));
    client.connection.bind("error", (error) => reject(Object.assign(new Error("refused"), error)));
  });
  client.signin();
  return done;
}

test("sendToUser reaches every tab of a user and nobody else", async () => {
  const { join: invite } = await team(server);
  const ann = await invite("STUDENT", "Ann");
  const bob = await invite("STUDENT", "Bob");
  const tabs = [person(ann.token), person(ann.token)];
  const other = person(bob.token);
  const [first, second, bobs] = await Promise.all([...tabs, other].map(signin));
  assert.equal(typeof first.id, "string");
  assert.equal(first.id, second.id);
  assert.notEqual(first.id, bobs.id);
  other.user.bind_global((name) => assert.notEqual(name, "hello"));
  const heard = tabs.map((tab) => next(tab.user, "hello"));
  const last = next(other.user, "last");
  assert.equal((await api.sendToUser(first.id, "hello", { n: 1 })).status, 200);
  assert.deepEqual(await Promise.all(heard), [{ n: 1 }, { n: 1 }]);
  await api.sendToUser(bobs.id, "last", {});
  await last;

  const closed = tabs.map((tab) => new Promise((resolve) => tab.connection.bind("error", (error) => resolve(error.data?.code))));
  await api.terminateUserConnections(first.id);
  assert.deepEqual(await Promise.all(closed), [4009, 4009]);
  await api.sendToUser(bobs.id, "last", {});
  assert.equal(other.connection.state, "connected");
});

test("a sign-in that nobody signed ends the connection", async () => {
  const forger = person("");
  forger.config.userAuthenticator = (_, callback) => callback(null, { auth: server.key + ":00", user_data: '{"id":"ann"}' });
  const code = new Promise((resolve) => forger.connection.bind("error", (error) => resolve(error.data?.code)));
  forger.signin();
  assert.equal(await code, 4009);
});

test("a cache channel: a miss, then the last event", async () => {
  const early = person("");
  const missed = await new Promise((resolve) => {
    const channel = early.subscribe("cache-scores");
    channel.bind("pusher:cache_miss", () => resolve(channel));
  });
  const heard = next(missed, "score");
  await api.trigger("cache-scores", "score", { points: 12 });
  assert.deepEqual(await heard, { points: 12 });
  early.unsubscribe("cache-scores");
  assert.deepEqual(await next(person("").subscribe("cache-scores"), "score"), { points: 12 });
  const answer = await (await api.get({ path: "/channels/cache-scores", params: { info: "cache" } })).json();
  assert.equal(answer.cache.data, '{"points":12}');
  assert.ok(answer.cache.ttl > 1700 && answer.cache.ttl <= 1800);
});
