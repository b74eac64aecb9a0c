// What a coach and a lead see while their scouts work, in a real browser against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { eventCode, linked, meet, report, season, signIn } from "./coach.mjs";
import { Server } from "./server.mjs";
import { figure } from "./figure.mjs";

let server, browser, home;

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  home = await meet(server, { names: ["Ada", "Ben", "Cleo of the Extraordinarily Long Name in the Pits"] });
});
after(async () => {
  await browser?.stop();
  await server.stop();
});

const post = (token, body) => server.data("POST", "/api/scouting/entries", token, body);
const row = (page, id) => page.locator(`[data-entry="${id}"]`);

/** A page of somebody's at an address, live and loaded. */
async function open(token, path, options) {
  const context = await browser.context(server.url, options);
  const page = await signIn(context, token, home);
  await page.goto(path);
  await linked(page);
  await settled(page);
  return page;
}

/** The page as the other theme shows it, too. */
async function clean(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the screen");
  await axe(page);
  await page.emulateMedia({ colorScheme: "light" });
  await axe(page, page.url() + " in the light");
  await page.emulateMedia({ colorScheme: "dark" });
}

test("100 entries are on the coach's screen as they are saved", async () => {
  const page = await open(home.lead.token, "/coach", { screen: "laptop" });
  await page.evaluate(() => {
    window.seen = {};
    const note = () => document.querySelectorAll("[data-entry]").forEach((at) => (window.seen[at.dataset.entry] ??= Date.now()));
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
  });
  const names = Object.keys(home.scouts);
  const sent = {};
  for (let i = 0; i < 100; i++) {
    const body = report(home, 1 + (i % 12), i % 4, { teleopClassifiedCount: i % 30 });
    sent[body.id] = Date.now();
    await post(home.scouts[names[i % names.length]].token, body);
  }
  await page.waitForFunction((ids) => ids.every((id) => window.seen[id]), Object.keys(sent));
  const seen = await page.evaluate(() => window.seen);
  const took = Object.entries(sent).map(([id, at]) => seen[id] - at).sort((a, b) => a - b);
  figure("feed-p95-ms", took[94], 500);
  await clean(page);
  await page.context().close();
});

test("the feed says who scouted what, and edits and deletions are patched in place", async () => {
  const page = await open(home.lead.token, "/coach");
  const { token } = home.scouts.Ada;
  const body = report(home, 5, 0, { autoClassifiedCount: 2 });
  const made = await post(token, body);
  const mine = row(page, body.id);
  await mine.waitFor();
  const text = await mine.innerText();
  for (const part of [String(body.scoutedTeamNumber), "Q5", "Ada", String(made.totalScore), `A ${made.autoScore}`]) assert.ok(text.includes(part), `${part} in ${text}`);
  await mine.getByRole("img", { name: "red 1" }).waitFor();
  const changed = await server.data("PATCH", `/api/scouting/entries/${body.id}`, token, { rev: made.rev, data: { autoClassifiedCount: 9 } });
  await page.locator(`[data-entry="${body.id}"][data-rev="2"]`).filter({ hasText: String(changed.totalScore) }).waitFor();
  await server.data("POST", "/api/scouting/notes", token, { scoutingTeamId: home.id, season, eventCode, matchNumber: 5, scoutedTeamNumber: body.scoutedTeamNumber, reliability: 4, text: "intake jams" });
  await page.locator("[data-note]").filter({ hasText: "intake jams" }).filter({ hasText: "reliability 4/5" }).waitFor();
  await page.getByLabel("Robot", { exact: true }).fill("99999");
  await page.getByText("No entry fits the filter").waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).first().click();
  await page.getByLabel("Scout", { exact: true }).selectOption("Ben");
  await mine.waitFor({ state: "detached" });
  await page.getByLabel("Scout", { exact: true }).selectOption("All scouts");
  await server.data("DELETE", `/api/scouting/entries/${body.id}`, token);
  await page.locator(`[data-entry="${body.id}"][data-gone]`).filter({ hasText: "deleted" }).waitFor();
  await clean(page);
  await page.context().close();
});

test("who is on is right within a second, whichever page they are on", async () => {
  const coach = await open(home.lead.token, "/coach", { screen: "laptop" });
  await coach.locator('[data-online="1"]').waitFor();
  const scout = await open(home.scouts.Ada.token, "/scout");
  const came = Date.now();
  await coach.locator('[data-online="2"]').waitFor();
  figure("online-ms", Date.now() - came, 1000);
  await coach.locator("[data-online] li").filter({ hasText: "Ada" }).filter({ hasText: "student" }).waitFor();
  const left = Date.now();
  await scout.context().close();
  await coach.locator('[data-online="1"]').waitFor();
  figure("offline-ms", Date.now() - left, 1000);
  await coach.context().close();
});

test("after a cut socket the feed has no gap, and without one it asks", async () => {
  const context = await browser.context(server.url, { screen: "laptop" });
  const page = await signIn(context, home.lead.token, home);
  const sockets = new Set();
  let refused = false;
  await page.routeWebSocket(/\/app\//, (socket) => {
    sockets.add(socket);
    if (!refused) socket.connectToServer(); // else it gets no answer, as on dead Wi-Fi
  });
  await page.goto("/coach");
  await linked(page);
  await settled(page);
  const { token } = home.scouts.Ben;
  const before = await post(token, report(home, 6, 0));
  await row(page, before.id).waitFor();
  const drop = async () => {
    const all = [...sockets];
    sockets.clear();
    await Promise.all(all.map((socket) => socket.close({ code: 4200, reason: "cut" })));
  };
  const cut = async () => {
    refused = true;
    await drop();
    await page.locator('[data-link="connected"]').waitFor({ state: "detached" });
  };
  await cut();
  const missed = [];
  for (let i = 0; i < 8; i++) missed.push(await post(token, report(home, 7, i % 4, { autoClassifiedCount: i })));
  await server.data("PATCH", `/api/scouting/entries/${before.id}`, token, { rev: 1, data: { teleopDepotCount: 7 } });
  await server.data("DELETE", `/api/scouting/entries/${missed[0].id}`, token);
  if (process.env.FIGURES === "hold") await new Promise((later) => setTimeout(later, 30_000)); // as long as the goal says
  refused = false;
  await drop();
  await linked(page);
  for (const { id } of missed.slice(1)) await row(page, id).waitFor();
  await page.locator(`[data-entry="${before.id}"][data-rev="2"]`).waitFor();
  assert.equal(await page.locator(`[data-entry="${missed[0].id}"]:not([data-gone])`).count(), 0, "what was deleted meanwhile does not look alive");
  const ids = await page.locator("[data-entry]").evaluateAll((all) => all.map((at) => at.dataset.entry));
  assert.equal(new Set(ids).size, ids.length, "nothing is there twice");
  // For good: the same API is asked instead.
  await cut();
  await linked(page, "polling");
  const late = await post(token, report(home, 8, 1));
  await row(page, late.id).waitFor();
  await clean(page);
  await context.close();
});

test("the faults of all of these pages", () => browser.assertClean());
