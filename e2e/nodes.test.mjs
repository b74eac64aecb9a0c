// Two servers on one database: what one accepts, the other's sockets hear.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, entry, subscribe, team, until } from "./server.mjs";

let first, second, home, scout;
const clients = [];

before(async () => {
  first = await Server.start();
  home = await team(first);
  scout = await home.join("STUDENT", "Scout");
  const secrets = JSON.parse(await readFile(join(first.dir, "secrets.json"), "utf8"));
  second = await Server.start({ env: {
    DATABASE_URL: (await readFile(join(first.dir, "pg.url"), "utf8")).trim(),
    REALTIME_APP_ID: secrets.appId, REALTIME_APP_KEY: secrets.appKey, REALTIME_APP_SECRET: secrets.appSecret,
  } });
});
after(async () => {
  for (const client of clients) client.disconnect();
  await second.stop();
  await first.stop();
});

test("an entry that one node accepts is heard on the other", async () => {
  const client = second.client(first.owner);
  clients.push(client);
  const coach = await subscribe(client, "private-team-" + home.id);
  const heard = [];
  coach.bind("scouting:entry-created", (data) => heard.push([data.entry.id, data.seq]));
  const sent = [50, 51, 52].map((matchNumber) => entry(home.id, { matchNumber }));
  for (const e of sent) await first.data("POST", "/api/scouting/entries", scout.token, e);
  await until(() => heard.length >= 3, "all three are heard");
  assert.deepEqual(heard.map(([id]) => id), sent.map((e) => e.id));
  const seqs = heard.map(([, seq]) => seq);
  assert.deepEqual(seqs, [seqs[0], seqs[0] + 1, seqs[0] + 2]);
});

test("a member removed through one node loses their socket on the other", async () => {
  const leaver = await home.join("STUDENT", "Leaver");
  const client = second.client(leaver.token);
  clients.push(client);
  await subscribe(client, "private-team-" + home.id);
  const closed = until(() => ["disconnected", "failed"].includes(client.connection.state), "the socket closes", 2000);
  await first.data("DELETE", `/api/user-teams/${home.id}/members/${leaver.user.id}`, first.owner);
  await closed;
});

test("an invite code of one node is taken by the other", async () => {
  const invite = await first.data("POST", `/api/user-teams/${home.id}/invites`, first.owner, { role: "STUDENT", maxUses: 1 });
  const joined = await second.data("POST", "/api/join", undefined, { code: invite.code, displayName: "Elsewhere" });
  assert.equal(joined.team.id, home.id);
  const answers = await Promise.all([first, second].map((s) => s.call("POST", "/api/join", undefined, { code: invite.code, displayName: "Late" })));
  assert.deepEqual(answers.map((a) => a.status), [404, 404]);
});
