// Somebody who is removed from the team while their page is open: the page says so by itself, what they had not sent
// waits for the leads, and there is a way on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { assign, chooseEvent, joinIn, meet, robotsOf } from "./scouts.mjs";
import { Server, team, until } from "./server.mjs";

let server, browser, home;

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  home = await meet(server);
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const remove = (id) => server.data("DELETE", `/api/user-teams/${home.id}/members/${id}`, server.owner);
const held = async () => (await server.data("GET", `/api/scouting/quarantine?scoutingTeamId=${home.id}`, server.owner)).map(({ entry }) => entry);
const title = (page) => page.getByRole("heading", { level: 1, name: "You are no longer in team 8569" });
const refused = /40[0134]/; // her page may still ask for what is no longer hers

/** A scout on the team's page, who has a form half filled in. */
async function begun(name, match) {
  const context = await browser.context(server.url);
  const me = await joinIn(context, server, home, name);
  await assign(server, home, me.id, 1, match);
  const page = await context.newPage();
  await chooseEvent(page);
  await page.locator('[data-link="connected"]').waitFor({ state: "attached" });
  await page.locator("[data-next] a").tap();
  for (let i = 0; i < 3; i++) await page.locator('[data-field="autoHiveTipCount"] button').first().tap();
  return { context, me, page };
}

test("in the middle of a form the page switches by itself, and what was begun can still be sent, to the leads", async () => {
  const { context, me, page } = await begun("Ada", 3);
  await browser.forgiving(refused, async () => {
    await remove(me.id);
    await title(page).waitFor();
    assert.equal(await page.getByText("You had begun 1 entry and not saved").count(), 1);
    await axe(page);
    await page.emulateMedia({ colorScheme: "light" });
    await axe(page);
    await page.reload();
    await title(page).waitFor(); // it is told until it was read
    await page.getByRole("button", { name: "Send what I had begun" }).tap();
    await page.getByText("1 entry that came later: the team's leads decide about it").waitFor();
    const [entry] = await held();
    assert.deepEqual([entry.scoutedTeamNumber, entry.data.autoHiveTipCount], [robotsOf(3)[0], 3]);
    await page.getByRole("link", { name: "Outbox" }).tap();
    await page.getByText("A lead decides about it").waitFor();
    await page.goto("/scout");
    await title(page).waitFor();
    await settled(page);
    await axe(page);
    await page.getByRole("button", { name: "Join with a code" }).tap();
    await page.getByRole("heading", { name: "Join your team" }).waitFor();
    await page.goto("/scout");
    await page.getByRole("heading", { name: "You are in no team yet" }).waitFor();
  });
  assert.ok(!(await page.content()).includes("League Meet 3"), "nothing of the team is left on the screen");
  const kept = await page.evaluate(async () => {
    const db = await new Promise((resolve) => { const r = indexedDB.open("ftcmetrics-scout"); r.onsuccess = () => resolve(r.result); });
    return new Promise((resolve) => { const r = db.transaction("ready").objectStore("ready").count(); r.onsuccess = () => resolve(r.result); });
  });
  assert.equal(kept, 0, "nor on the device");
  await context.close();
});

test("what waited without a network goes to the leads when it is back", async () => {
  const { context, me, page } = await begun("Ben", 4);
  await browser.forgiving(/40[0134]|ERR_|WebSocket|Failed to fetch/, async () => {
    await page.locator('[data-phase="endgame"]').tap();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await context.setOffline(true);
    await page.locator('[data-go="save"]').tap();
    await page.getByRole("status").filter({ hasText: "1 waiting" }).first().waitFor();
    await remove(me.id);
    await context.setOffline(false);
    await title(page).waitFor({ timeout: 60_000 });
    await page.getByText("1 entry that came later").waitFor();
  });
  await until(async () => (await held()).some(({ scoutedTeamNumber, matchNumber }) => matchNumber === 4 && scoutedTeamNumber === robotsOf(4)[0]), "the leads have it");
  await context.close();
});

test("who is in another team, too, goes on there", async () => {
  const context = await browser.context(server.url, { screen: "laptop", colors: "light" });
  const me = await joinIn(context, server, home, "Cleo");
  const second = await team(server, 731);
  const { code } = await server.data("POST", `/api/user-teams/${second.id}/invites`, server.owner, { role: "STUDENT", maxUses: 1 });
  const page = await context.newPage();
  await page.goto(`/join/${code}`);
  await page.getByRole("button", { name: /^Join as/ }).click();
  await page.getByRole("status").filter({ hasText: "You are in team 731" }).waitFor();
  await page.getByLabel("Your team").selectOption(home.id);
  await page.goto("/coach");
  await settled(page);
  await page.locator('[data-link="connected"]').waitFor({ state: "attached" });
  await browser.forgiving(refused, async () => {
    await remove(me.id);
    await title(page).waitFor();
    await axe(page);
    await page.getByRole("button", { name: "Go on with team 731" }).click();
    await page.getByRole("heading", { name: "Hello, Cleo" }).waitFor();
    await page.locator('[data-link="connected"]').waitFor({ state: "attached" }); // the server had ended the socket
  });
  await context.close();
});

test("who leaves by themselves is not told that it happened to them", async () => {
  const context = await browser.context(server.url, { screen: "laptop" });
  await joinIn(context, server, home, "Dan");
  const page = await context.newPage();
  await page.goto("/team/settings");
  await page.locator('[data-link="connected"]').waitFor({ state: "attached" });
  await browser.forgiving(refused, async () => {
    await page.getByRole("button", { name: "Leave the team" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave the team" }).click();
    await page.getByText("You left").waitFor();
    await page.locator('[data-link="connected"]').waitFor({ state: "attached" });
    await page.getByRole("heading", { name: "Hello, Dan" }).waitFor();
    await page.goto("/scout");
    await page.getByRole("heading", { name: "You are in no team yet" }).waitFor();
  });
  await context.close();
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
