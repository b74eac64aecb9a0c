// One entry's way from a tablet to the coach's screen, with the real clients.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, entry, next, subscribe, team, until } from "./server.mjs";

let server, home, scout, clients;

before(async () => {
  server = await Server.start({ env: { LOG_LEVEL: "debug" } });
  home = await team(server);
  scout = await home.join("STUDENT", "CANARY-SCOUT");
  clients = [];
});
after(async () => {
  for (const client of clients) client.disconnect();
  const secrets = await readFile(join(server.dir, "secrets.json"), "utf8");
  const { code } = await server.stop();
  assert.equal(code, 0, "the server ends cleanly:\n" + server.log);
  const { appSecret } = JSON.parse(secrets);
  for (const secret of [server.owner, scout.token, appSecret, "CANARY"]) assert.ok(!server.log.includes(secret), "the log knows a secret");
  assert.ok(server.log.includes('"request"'), "the log is a full one");
});

function client(token) {
  const made = server.client(token);
  clients.push(made);
  return made;
}

test("the coach sees the entry, the hall sees that there is one", async () => {
  const coach = await subscribe(client(server.owner), "private-team-" + home.id);
  const hall = client();
  const heard = [];
  hall.bind_global((name, data) => heard.push({ name, data }));
  const byCode = await subscribe(hall, "event-USNCRA");
  const bySeason = await subscribe(hall, "event-2025-USNCRA");
  const seen = Promise.all([next(coach, "scouting:entry-created"), next(byCode, "scouting:new-entry"), next(bySeason, "scouting:new-entry")]);
  const sent = entry(home.id);
  const answer = await server.call("POST", "/api/scouting/entries", scout.token, sent);
  assert.equal(answer.status, 201);
  const [created, stripped] = await seen;
  assert.equal(created.entry.id, sent.id);
  assert.equal(created.entry.totalScore, 12 + 30 + 10);
  assert.equal(created.entry.scouter.displayName, "CANARY-SCOUT");
  assert.deepEqual([created.scoutedTeamNumber, created.matchNumber], [8569, 12]);
  assert.deepEqual(Object.keys(stripped).sort(), ["at", "eventCode", "id", "level", "matchNumber", "scoutedTeamNumber", "season", "seq"]);
  assert.ok(!JSON.stringify(heard).includes("CANARY"), "the public hears nothing private: " + JSON.stringify(heard));
  assert.ok(!JSON.stringify(heard).includes(home.id), "nor which team scouts");
});

test("a stranger is refused, and so is nobody", async () => {
  const other = await team(server, 4444);
  const stranger = await other.join("MENTOR", "Stranger");
  for (const token of [stranger.token, "", scout.user.id]) {
    await assert.rejects(subscribe(client(token), "private-team-" + home.id), { status: 403 });
    await assert.rejects(subscribe(client(token), "presence-team-" + home.id), { status: 403 });
  }
});

test("a forged signature is refused by the hub", async () => {
  const forger = client(server.owner);
  forger.connection.bind("connected", () => {
    forger.send_event("pusher:subscribe", { channel: "private-team-" + home.id, auth: server.key + ":" + "0".repeat(64) });
  });
  const refusal = await new Promise((resolve) => forger.connection.bind("message", (m) => m.event.includes("error") && resolve(m)));
  assert.match(JSON.stringify(refusal), /401|4009/);
});

test("members see each other come and go", async () => {
  const mine = await subscribe(client(server.owner), "presence-team-" + home.id);
  assert.equal(mine.members.count, 1);
  const added = next(mine, "pusher:member_added");
  const tablet = client(scout.token);
  const theirs = await subscribe(tablet, "presence-team-" + home.id);
  const member = await added;
  assert.equal(member.id, scout.user.id);
  assert.deepEqual(member.info, { name: "CANARY-SCOUT", displayName: "CANARY-SCOUT", role: "STUDENT" });
  assert.equal(theirs.members.count, 2);
  const removed = next(mine, "pusher:member_removed");
  tablet.disconnect();
  assert.equal((await removed).id, scout.user.id);
});

test("a removed member hears nothing any more", async () => {
  const leaver = await home.join("STUDENT", "Leaver");
  const tablet = client(leaver.token);
  const heard = [];
  const channel = await subscribe(tablet, "private-team-" + home.id);
  await subscribe(tablet, "presence-team-" + home.id);
  channel.bind("scouting:entry-created", (data) => heard.push(data.entry.id));
  const first = entry(home.id, { matchNumber: 20 });
  await server.data("POST", "/api/scouting/entries", scout.token, first);
  await until(() => heard.includes(first.id), "the member hears the entry before");
  const closed = new Promise((resolve) => tablet.connection.bind("error", (e) => resolve(e.data?.code ?? e.error?.data?.code ?? e)));
  const before = Date.now();
  await server.data("DELETE", `/api/user-teams/${home.id}/members/${leaver.user.id}`, server.owner);
  assert.equal(await closed, 4009);
  assert.ok(Date.now() - before < 2000, "closed within 2 s");
  const coach = await subscribe(client(server.owner), "private-team-" + home.id);
  const late = entry(home.id, { matchNumber: 21 });
  const seen = next(coach, "scouting:entry-created");
  await server.data("POST", "/api/scouting/entries", scout.token, late);
  await seen;
  assert.deepEqual(heard, [first.id]);
  await assert.rejects(subscribe(client(leaver.token), "private-team-" + home.id), { status: 403 });
});

test("a signature that was saved before the removal is worth nothing after it", async () => {
  const leaver = await home.join("STUDENT", "Hoarder");
  const tablet = client(leaver.token);
  await new Promise((resolve) => tablet.connection.bind("connected", resolve));
  const socket = tablet.connection.socket_id;
  const signed = await server.call("POST", "/api/pusher/auth", leaver.token, { socket_id: socket, channel_name: "private-team-" + home.id });
  assert.equal(signed.status, 200);
  const witness = client(leaver.token);
  await subscribe(witness, "private-team-" + home.id);
  const told = new Promise((resolve) => witness.connection.bind("error", (e) => resolve(e.data?.code ?? e.error?.data?.code ?? e)));
  await server.data("DELETE", `/api/user-teams/${home.id}/members/${leaver.user.id}`, server.owner);
  assert.equal(await told, 4009); // the removal has reached the hub
  const heard = [];
  tablet.bind_global((name) => heard.push(name));
  const gone = until(() => tablet.connection.socket_id !== socket, "the hub ends the socket");
  tablet.send_event("pusher:subscribe", { channel: "private-team-" + home.id, ...signed.body });
  await gone;
  assert.ok(!heard.includes("pusher_internal:subscription_succeeded"));
});

test("signing out closes what the token had opened", async () => {
  const guest = await home.join("STUDENT", "Guest");
  const tablet = client(guest.token);
  await subscribe(tablet, "private-team-" + home.id);
  const closed = until(() => ["disconnected", "failed"].includes(tablet.connection.state), "the socket closes", 2000);
  await server.data("DELETE", "/api/sessions/current", guest.token);
  await closed;
});

test("long notes hold nothing up", async () => {
  const coach = await subscribe(client(server.owner), "private-team-" + home.id);
  const heard = [];
  coach.bind("scouting:entry-created", (data) => heard.push(data.entry.notes.length));
  await server.data("POST", "/api/scouting/entries", scout.token, entry(home.id, { matchNumber: 40, notes: "<".repeat(2000) }));
  await server.data("POST", "/api/scouting/entries", scout.token, entry(home.id, { matchNumber: 41, notes: "short" }));
  await until(() => heard.length === 2, "both arrive");
  assert.deepEqual(heard, [2000, 5]);
});

test("who was away catches up", async () => {
  const entries = [30, 31, 32].map((matchNumber) => entry(home.id, { matchNumber }));
  const head = (await server.data("GET", `/api/channels/private-team-${home.id}/events?limit=1`, scout.token)).head;
  for (const e of entries) await server.data("POST", "/api/scouting/entries", scout.token, e);
  const page = await server.data("GET", `/api/channels/private-team-${home.id}/events?after=${head}`, server.owner);
  assert.deepEqual(page.events.map((e) => e.data.entry.id), entries.map((e) => e.id));
  assert.deepEqual(page.events.map((e) => e.seq), [head + 1, head + 2, head + 3]);
});
