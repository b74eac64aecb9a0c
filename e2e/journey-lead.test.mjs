// The lead's boards: coverage, assignments, quarantine, entries, each as two people see them at once.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { eventCode, linked, meet, playing, report, season, signIn } from "./coach.mjs";
import { Server } from "./server.mjs";

let server, browser, home;

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  home = await meet(server);
});
after(async () => {
  await browser?.stop();
  await server.stop();
});

const post = (name, body, query = "") => server.data("POST", "/api/scouting/entries" + query, home.scouts[name].token, body);
const sheet = async () => (await server.data("GET", `/api/scouting/assignments?scoutingTeamId=${home.id}&season=${season}&eventCode=${eventCode}`, home.lead.token)).assignments ?? [];
const cell = (page, match, seat, state) => page.locator(`[data-cell="${match} ${playing(Number(match.slice(1)))[seat]}"][data-state="${state}"]`);
const seat = (page, name, scout) => page.locator(`[data-seat="${name}"]${scout === undefined ? "" : `[data-scouts="${scout}"]`}`);

async function open(token, path, options) {
  const context = await browser.context(server.url, options);
  const page = await signIn(context, token, home);
  await page.goto(path);
  await linked(page);
  await settled(page);
  return page;
}

async function clean(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the screen");
  await axe(page);
  await page.emulateMedia({ colorScheme: "light" });
  await axe(page, page.url() + " in the light");
  await page.emulateMedia({ colorScheme: "dark" });
}

test("the coverage board fills on two screens, and a conflict is settled with one tap", async () => {
  const lead = await open(home.lead.token, "/coach/coverage");
  const other = await open(home.scouts.Cleo.token, "/coach/coverage", { screen: "laptop" });
  await cell(other, "Q1", 0, "open").waitFor();
  await post("Ada", report(home, 1, 0, { teleopClassifiedCount: 4 }));
  for (const page of [lead, other]) await cell(page, "Q1", 0, "once").waitFor();
  await post("Ben", report(home, 1, 0, { teleopClassifiedCount: 12 }));
  for (const page of [lead, other]) await cell(page, "Q1", 0, "conflict").waitFor();
  await cell(lead, "Q1", 0, "conflict").click();
  const line = lead.locator('[data-consensus] [data-field="teleopClassifiedCount"][data-conflict]');
  await line.waitFor();
  assert.match(await line.innerText(), /8[\s\S]*4[\s\S]*12/, "the median, and what each of the two said");
  await clean(lead);
  await lead.getByRole("button", { name: /^Set 12: .* Ada's entry/ }).click();
  await lead.getByText("Ada's entry is corrected").waitFor();
  await lead.getByText("The scouts agree").waitFor();
  await lead.keyboard.press("Escape");
  for (const page of [lead, other]) await cell(page, "Q1", 0, "agreed").waitFor();
  // A student may correct their own only: Cleo's is none of the two.
  await cell(other, "Q1", 0, "agreed").click();
  await other.getByText("The scouts agree").waitFor();
  assert.equal(await other.locator("[data-consensus] button").count(), 0);
  assert.equal(await other.getByRole("button", { name: "Assign", exact: true }).count(), 0, "a student is not offered to assign");
  await other.keyboard.press("Escape");
  await clean(other);
  for (const page of [lead, other]) await page.context().close();
});

test("a plan is previewed, stored, changed by hand, by key and by drag; the second screen follows", async () => {
  const lead = await open(home.lead.token, "/coach/assignments", { screen: "laptop" });
  const other = await open(server.owner, "/coach/assignments", { screen: "tablet" });
  await lead.getByRole("button", { name: "Plan fairly" }).click();
  await clean(lead);
  await lead.getByRole("button", { name: "Show the plan" }).click();
  const preview = lead.getByRole("dialog", { name: "The plan" });
  await preview.locator('[data-loads="3"]').waitFor();
  await preview.getByText(/places? stays? without a scout/).waitFor(); // three scouts, four robots
  assert.deepEqual(await sheet(), [], "a preview stores nothing");
  const loads = await preview.locator("[data-loads] li").evaluateAll((all) => all.map((li) => parseInt(li.lastElementChild.textContent)));
  assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `shared out evenly: ${loads}`);
  await preview.getByRole("button", { name: "Use this plan" }).click();
  await preview.waitFor({ state: "detached" });
  const planned = await sheet();
  assert.equal(planned.length, loads.reduce((a, b) => a + b));
  const [first] = planned.filter((a) => a.matchNumber === 9);
  const name = `Q9 ${first.alliance[0]}${first.station}`;
  await seat(other, name, first.scout.displayName).waitFor();
  // By hand: somebody else; whoever is elsewhere in the match changes places.
  const next = Object.keys(home.scouts).find((scout) => scout !== first.scout.displayName);
  await seat(lead, name).click();
  await lead.getByRole("dialog").getByRole("button", { name: new RegExp(`^${next}`) }).click();
  for (const page of [lead, other]) await seat(page, name, next).waitFor();
  await clean(lead);
  await clean(other);
  // By key: back, from wherever they went.
  const now = (await sheet()).filter((a) => a.matchNumber === 9);
  const from = now.find((a) => a.scout.displayName === first.scout.displayName);
  await seat(lead, `Q9 ${from.alliance[0]}${from.station}`).focus();
  await lead.keyboard.press("m");
  await lead.getByText(`Where to with ${first.scout.displayName}?`).waitFor();
  await seat(lead, name).focus();
  await lead.keyboard.press("Enter");
  for (const page of [lead, other]) await seat(page, name, first.scout.displayName).waitFor();
  await lead.keyboard.press("ArrowUp");
  assert.match(await lead.evaluate(() => document.activeElement.dataset.seat), /^Q8 /);
  // By drag, into a place that nobody has.
  const empty = lead.locator('[data-seat^="Q9"][data-scouts=""]').first();
  const target = await empty.getAttribute("data-seat");
  await seat(lead, name).dragTo(empty);
  for (const page of [lead, other]) await seat(page, target, first.scout.displayName).waitFor();
  for (const page of [lead, other]) await seat(page, name, "").waitFor();
  await seat(lead, target).focus();
  await lead.keyboard.press("Delete");
  for (const page of [lead, other]) await seat(page, target, "").waitFor();
  // Out as a file, all cleared, and in again.
  const [download] = await Promise.all([lead.waitForEvent("download"), lead.getByRole("link", { name: "CSV out" }).click()]);
  const before = await sheet();
  const file = await readFile(await download.path(), "utf8");
  assert.equal(file.trim().split("\n").length, before.length + 1);
  await lead.getByRole("button", { name: "Clear", exact: true }).click();
  await lead.getByRole("dialog").getByRole("button", { name: "Clear", exact: true }).click();
  await lead.getByText("Nobody is assigned any more").waitFor();
  assert.deepEqual(await sheet(), []);
  await lead.getByLabel("CSV in").setInputFiles({ name: "plan.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await lead.getByText("as the file says").waitFor();
  assert.equal((await sheet()).length, before.length);
  await lead.getByRole("button", { name: "Hand out" }).click();
  const texts = await lead.locator("[data-codes] [data-code]").getAttribute("data-text");
  assert.match(texts, /^FM1:/);
  await clean(lead);
  for (const page of [lead, other]) await page.context().close();
});

test("what could not be recorded waits for the lead: put right, discarded, taken back", async () => {
  const page = await open(home.lead.token, "/coach/quarantine");
  await page.getByText("Nothing waits").waitFor();
  await clean(page);
  const wrong = report(home, 3, 0, {}, { scoutedTeamNumber: 9999 });
  const other = report(home, 4, 0, {}, { scoutedTeamNumber: 9998 });
  for (const body of [wrong, other]) await post("Ada", body, "?onProblem=quarantine");
  const held = page.locator(`[data-held="${wrong.id}"]`);
  await held.getByText("The robot is not in this match.").waitFor();
  await held.getByRole("button", { name: "Put right" }).click();
  await clean(page);
  await held.getByLabel("Robot").fill(String(playing(3)[0]));
  await held.getByLabel("Counts as the work of").selectOption("Ben");
  await held.getByRole("button", { name: "Accept so" }).click();
  await held.waitFor({ state: "detached" });
  const entry = await server.data("GET", `/api/scouting/entries/${wrong.id}`, home.lead.token);
  assert.deepEqual([entry.scoutedTeamNumber, entry.scouter.displayName], [playing(3)[0], "Ben"]);
  const second = page.locator(`[data-held="${other.id}"]`);
  await second.getByRole("button", { name: "Discard" }).click();
  await second.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await second.waitFor();
  await page.context().close();
});

test("entries: corrected without losing another's change, with a history, deleted, exported, imported", async () => {
  const body = report(home, 6, 1, { autoClassifiedCount: 2 });
  await post("Cleo", body);
  const page = await open(home.lead.token, "/coach/entries", { screen: "laptop" });
  await page.getByRole("link", { name: `Q6, robot ${body.scoutedTeamNumber}: show the entry` }).click();
  await page.locator('[data-history="1"]').waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Depot").fill("5");
  await server.data("PATCH", `/api/scouting/entries/${body.id}`, home.scouts.Cleo.token, { rev: 1, data: { autoClassifiedCount: 6 } });
  await browser.forgiving(/409/, async () => {
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("[data-conflict]").waitFor();
  });
  await clean(page);
  await page.getByRole("button", { name: "Take theirs" }).click();
  await page.getByLabel("Depot").fill("5");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator('[data-history="3"]').waitFor();
  const { data } = await server.data("GET", `/api/scouting/entries/${body.id}`, home.lead.token);
  assert.deepEqual([data.autoClassifiedCount, data.teleopDepotCount], [6, 5]);
  await page.locator("[data-history]").getByText("Depot: 0 → 5").waitFor();
  await clean(page);
  await page.goto("/coach/entries");
  await settled(page);
  await clean(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV", exact: true }).click()]);
  const csv = await readFile(await download.path(), "utf8");
  assert.ok(csv.includes(body.id));
  await page.goto(`/coach/entries/${body.id}`);
  await page.getByRole("button", { name: "Delete" }).click();
  await browser.forgiving(/404/, async () => {
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("The entry is deleted").waitFor();
    await page.waitForURL("**/coach/entries");
  });
  await page.getByRole("link", { name: "Import" }).click();
  await page.getByLabel("Choose a file").setInputFiles({ name: "entries.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  const preview = page.locator("[data-refused]");
  await preview.waitFor();
  assert.equal(await preview.getAttribute("data-refused"), "1", "the deleted one does not come back, and says so");
  await preview.getByText(/Row \d+:/).waitFor();
  await clean(page);
  await page.context().close();
});

test("a deleted entry is recorded again by one tap, with its scout's credit", async () => {
  const made = await server.data("POST", "/api/scouting/entries", home.scouts.Ben.token, report(home, 11, 3, { autoClassifiedCount: 7 }, { notes: "keep me" }));
  const page = await open(home.lead.token, `/coach/entries/${made.id}`);
  await browser.forgiving(/404/, async () => {
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.waitForURL("**/coach/entries");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("It is recorded again, as a new entry").waitFor();
    await page.waitForURL((url) => /entries\/.+/.test(url) && !url.pathname.includes(made.id));
    await page.getByText("keep me").waitFor();
  });
  await clean(page);
  const all = await server.data("GET", `/api/scouting/entries?scoutingTeamId=${home.id}&matchNumber=11&limit=200`, home.lead.token);
  const same = all.filter(({ matchNumber, scoutedTeamNumber }) => matchNumber === 11 && scoutedTeamNumber === made.scoutedTeamNumber);
  assert.deepEqual(same.map(({ scouter, data, notes }) => [scouter.displayName, data.autoClassifiedCount, notes]), [["Ben", 7, "keep me"]]);
  await page.context().close();
});

test("a student is offered what a student may do", async () => {
  const page = await open(home.scouts.Ada.token, "/coach");
  const tabs = await page.getByRole("navigation", { name: "Coach's screens" }).getByRole("link").allInnerTexts();
  assert.deepEqual(tabs, ["Live feed", "Coverage", "Assignments", "Entries", "Accuracy"]);
  await page.goto("/coach/quarantine");
  await page.getByText("Your role does not reach so far").waitFor();
  await page.goto("/coach/assignments");
  await page.locator("[data-plan]").waitFor();
  assert.equal(await page.locator("[data-plan] button").count(), 0);
  await clean(page);
  await page.goto("/coach/accuracy");
  await settled(page);
  await clean(page);
  await page.context().close();
});

test("the faults of all of these pages", () => browser.assertClean());
