// The wall between teams: what a member of one team sees of another that works at the same FTC event, and
// what becomes of somebody who is removed while their page is open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { eventCode, linked, meet, report, season, signIn } from "./coach.mjs";
import { Server, until } from "./server.mjs";
import { figure } from "./figure.mjs";

const canary = "CANARY";
let server, browser, ours, theirs, bob;

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  ours = await meet(server, { number: 731, names: ["Ada " + canary, "Ben " + canary] });
  theirs = await meet(server, { number: 8569, names: ["Zoe"] });
  bob = theirs.lead;
});
after(async () => {
  await browser?.stop();
  await server.stop();
});

const [ada, ben] = ["Ada " + canary, "Ben " + canary];

/** All that a page hears by socket, as text, from now on. */
function frames(page) {
  const heard = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => heard.push({ at: Date.now(), text: String(payload) })));
  return heard;
}

/** What of it is of the other team. */
const leaks = (heard) => heard.filter(({ text }) => text.includes(canary) || text.includes(ours.id) || Object.values(ours.scouts).some(({ user }) => text.includes(user.id)));

/** Work of the team of every kind that reaches its private channel. */
async function traffic(home, name, n) {
  const { token } = home.scouts[name];
  const made = await server.data("POST", "/api/scouting/entries", token, report(home, 1 + (n % 12), n % 4, { autoClassifiedCount: n % 9 }, { notes: canary }));
  await server.data("PATCH", `/api/scouting/entries/${made.id}`, token, { rev: 1, notes: canary + " again" });
  await server.data("POST", "/api/scouting/notes", token, { scoutingTeamId: home.id, season, eventCode, scoutedTeamNumber: 9021, text: canary });
  return made;
}

test("a member of another team is refused every path and every channel", async () => {
  const made = await traffic(ours, ada, 0);
  const at = `scoutingTeamId=${ours.id}&season=${season}&eventCode=${eventCode}`;
  const paths = [
    `/api/user-teams/${ours.id}`, `/api/user-teams/${ours.id}/members`, `/api/user-teams/${ours.id}/invites`, `/api/user-teams/${ours.id}/devices`,
    `/api/scouting/entries?${at}`, `/api/scouting/entries/${made.id}`, `/api/scouting/entries/${made.id}/history`, `/api/scouting/notes?${at}`,
    `/api/scouting/assignments?${at}`, `/api/scouting/assignments.csv?${at}`, `/api/scouting/coverage?${at}`, `/api/scouting/consensus?${at}`,
    `/api/scouting/accuracy?${at}`, `/api/scouting/quarantine?${at}`, `/api/scouting/export.csv?${at}`, `/api/scouting/export.json?${at}`,
    `/api/scouting/picklists?${at}`, `/api/scouting/team-summary/9021?${at}`, `/api/channels/private-team-${ours.id}/events?after=0`,
  ];
  for (const path of paths) {
    const answer = await server.call("GET", path, bob.token);
    assert.ok([403, 404].includes(answer.status), `${path}: ${answer.status}`);
    assert.ok(!JSON.stringify(answer.body).includes(canary), path);
    assert.equal((await server.call("GET", path, ours.lead.token).catch(() => ({ status: 200 }))).status, 200, `${path} is there for the team's own lead`);
  }
  for (const channel of [`private-team-${ours.id}`, `presence-team-${ours.id}`]) {
    const asked = { socket_id: "1.1", channel_name: channel };
    assert.equal((await server.call("POST", "/api/pusher/auth", bob.token, asked)).status, 403);
    assert.equal((await server.call("POST", "/api/pusher/auth", ours.lead.token, asked)).status, 200);
  }
});

test("no frame and no screen of the other team shows anything while ours works", async () => {
  const context = await browser.context(server.url, { screen: "laptop" });
  const page = await signIn(context, bob.token, theirs);
  const heard = frames(page);
  await page.goto("/coach");
  await linked(page);
  await settled(page);
  for (let n = 1; n <= 15; n++) await traffic(ours, n % 2 ? ada : ben, n);
  // What comes last on the same socket says that all before it would have been here.
  const own = await server.data("POST", "/api/scouting/entries", theirs.scouts.Zoe.token, report(theirs, 2, 1));
  await page.locator(`[data-entry="${own.id}"]`).waitFor();
  assert.ok(heard.length > 2, "frames were heard");
  assert.deepEqual(leaks(heard), []);
  assert.equal(await page.locator("[data-entry]").count(), 1);
  // And the detector does find a leak: what is planted where this page hears it.
  const planted = await server.data("POST", "/api/scouting/entries", theirs.scouts.Zoe.token, report(theirs, 3, 1, {}, { notes: canary }));
  await page.locator(`[data-entry="${planted.id}"]`).waitFor();
  await until(() => leaks(heard).length > 0, "the planted leak is found");
  await page.goto(`/coach/entries/${planted.id}`);
  await page.getByText(canary).waitFor();
  assert.ok((await page.content()).includes(canary), "and on the screen");
  // By address, with our ids in hand: nothing but a plain sentence.
  const { id } = await traffic(ours, ada, 3);
  await browser.forgiving(/40[34]/, async () => {
    await page.goto(`/coach/entries/${id}`);
    await page.getByRole("heading", { name: "This entry is not there" }).waitFor();
  });
  assert.ok(!(await page.content()).includes(canary));
  await axe(page);
  await page.emulateMedia({ colorScheme: "light" });
  await axe(page);
  await context.close();
});

test("who is removed hears nothing from then on, and what they still had waits for the lead", async () => {
  const context = await browser.context(server.url);
  const page = await signIn(context, ours.scouts[ada].token, ours);
  const heard = frames(page);
  await page.goto("/coach");
  await linked(page);
  await settled(page);
  const lead = await signIn(await browser.context(server.url, { screen: "laptop", colors: "light" }), ours.lead.token, ours);
  await lead.goto("/coach");
  await linked(lead);
  const online = lead.locator("[data-online] li").filter({ hasText: ada });
  await online.waitFor();
  const seen = await traffic(ours, ben, 4);
  await page.locator(`[data-entry="${seen.id}"]`).waitFor();
  const queued = report(ours, 9, 2, {}, { notes: "made before I was removed" });
  await browser.forgiving(/40[134]/, async () => { // her page may still ask for what is no longer hers
    await server.data("DELETE", `/api/user-teams/${ours.id}/members/${ours.scouts[ada].user.id}`, ours.lead.token);
    const from = Date.now();
    await online.waitFor({ state: "detached" });
    figure("removed-member-out-ms", Date.now() - from, 5000);
    await lead.goto("/coach/quarantine");
    await linked(lead);
    const out = Date.now();
    for (let n = 5; n < 9; n++) await traffic(ours, ben, n);
    // Her own page, with her own cookie, sends what it still has, as the outbox does.
    const answer = await page.evaluate(async (body) => {
      const sent = await fetch("/api/scouting/entries/batch", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ entries: [body] }) });
      return (await sent.json()).data.results[0];
    }, queued);
    assert.equal(answer.status, 202, "it waits, so the tablet may forget it");
    await lead.locator(`[data-held="${queued.id}"][data-reason="not-a-member"]`).filter({ hasText: ada }).waitFor();
    const after = heard.filter(({ at, text }) => at > out && text.includes(canary));
    assert.deepEqual(after, [], "nothing of the team since");
    await lead.locator(`[data-held="${queued.id}"]`).getByRole("button", { name: "Accept" }).click();
    await lead.locator(`[data-held="${queued.id}"]`).waitFor({ state: "detached" });
    const { scouter, notes } = await server.data("GET", `/api/scouting/entries/${queued.id}`, ours.lead.token);
    assert.deepEqual([scouter.displayName, notes], [ada, "made before I was removed"]);
    await axe(lead);
    await page.close();
  });
  await context.close();
  await lead.context().close();
});

test("the faults of all of these pages", () => browser.assertClean());
