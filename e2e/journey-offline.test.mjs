// A day without network: what a scout saves is on the server in the end, once and in order, as theirs.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { after, before, test } from "node:test";
import { Browser, axe, settled } from "./browser.mjs";
import { assign, chooseEvent, entriesOf, joinIn, meet, robotsOf } from "./scouts.mjs";
import { Server, until } from "./server.mjs";
import { figure } from "./figure.mjs";

const away = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION|ERR_NETWORK|WebSocket/;
let server, browser, home;

before(async () => {
  server = await Server.start();
  home = await meet(server);
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  await server.stop();
});

const mine = async (me) => (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id);
const badge = (page, text) => page.getByRole("status").filter({ hasText: text }).first().waitFor();

/** Scouts the match that is next: so many hive tips in autonomous. */
async function scout(page, match) {
  await page.waitForFunction((name) => document.querySelector("[data-next] b")?.textContent === name, `Q${match}`);
  await page.locator("[data-next] a").tap();
  for (let i = 0; i < match % 4; i++) await page.locator('[data-field="autoHiveTipCount"] button').first().tap();
  await page.locator('[data-phase="endgame"]').tap();
  await page.locator('[data-go="save"]').tap();
  await page.waitForSelector("[data-done]");
}

test("twenty matches without network, the browser restarted twice, first answers lost", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ftcmetrics-profile-"));
  let context, page;
  const restart = async () => {
    await context.close();
    context = await browser.persistent(folder, server.url);
    await context.setOffline(true);
    page = context.pages()[0] ?? (await context.newPage());
    await page.goto("/scout");
  };
  try {
    context = await browser.persistent(folder, server.url);
    const me = await joinIn(context, server, home, "Offline");
    await assign(server, home, me.id, 20);
    page = context.pages()[0] ?? (await context.newPage());
    await chooseEvent(page);
    await page.getByText(/Ready for offline/).waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await axe(page);

    await browser.forgiving(away, async () => {
      await context.setOffline(true);
      for (let n = 1; n <= 20; n++) {
        if (n === 1 || n === 11) await restart();
        if (n === 11) await badge(page, "10 waiting");
        await scout(page, n);
        await badge(page, `${n} waiting`);
      }
      await axe(page);
      await page.goto("/scout/outbox");
      await badge(page, "20 waiting");
      await page.getByText(/The oldest has waited for/).waitFor();
      await axe(page);

      let lost = 0;
      await page.route("**/api/scouting/entries/batch", async (route) => {
        if (lost > 0) return route.continue();
        lost++;
        await route.fetch(); // the server has it, and the tablet hears nothing
        return route.abort();
      });
      const began = performance.now();
      await context.setOffline(false);
      await badge(page, "All sent");
      figure("drain-20-entries-seconds", (performance.now() - began) / 1000, 5);
      assert.equal(lost, 1);
    });

    const entries = await mine(me);
    assert.deepEqual(entries.map((e) => e.matchNumber), Array.from({ length: 20 }, (_, i) => i + 1));
    assert.deepEqual(entries.map((e) => [e.scoutedTeamNumber, e.data.autoHiveTipCount, e.rev]), Array.from({ length: 20 }, (_, i) => [robotsOf(i + 1)[0], (i + 1) % 4, 1]));
    const log = await server.data("GET", `/api/channels/private-team-${home.id}/events?after=0&limit=500`, server.owner);
    assert.equal(log.events.filter((e) => e.name === "scouting:entry-created").length, 20, "each was told once");
    await page.getByText("Nothing is waiting").waitFor();
    await axe(page);
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("two tabs have one outbox, and send each entry once", async () => {
  const context = await browser.context(server.url);
  const me = await joinIn(context, server, home, "Tabs");
  await assign(server, home, me.id, 2, 21);
  const page = await context.newPage();
  await chooseEvent(page);
  const second = await context.newPage();
  await second.goto("/scout/outbox");
  await page.bringToFront(); // a tab behind paints seldom
  await browser.forgiving(away, async () => {
    await context.setOffline(true);
    await scout(page, 21);
    await scout(page, 22);
    await badge(second, "2 waiting");
    const sent = [];
    context.on("request", (request) => request.url().endsWith("/batch") && sent.push(...request.postDataJSON().entries.map((e) => e.id)));
    await context.setOffline(false);
    await badge(page, "All sent");
    await badge(second, "All sent");
    assert.equal(sent.length, 2);
    assert.equal(new Set(sent).size, 2);
  });
  assert.equal((await mine(me)).length, 2);
  await context.close();
});

test("what one scout left on a tablet never goes as another's, and can be brought for them", async () => {
  const context = await browser.context(server.url);
  const ana = await joinIn(context, server, home, "Ana");
  await assign(server, home, ana.id, 1, 25);
  const page = await context.newPage();
  await chooseEvent(page);
  await browser.forgiving(/./, async () => {
    await page.route("**/api/scouting/entries/batch", (route) => route.abort());
    await scout(page, 25);
    await badge(page, "1 waiting");
    await page.goto("/me");
    await page.getByRole("button", { name: "Sign out" }).last().tap();
    await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).tap();
    await page.getByRole("heading", { name: "FTC events" }).waitFor();
    await page.unroute("**/api/scouting/entries/batch");
  });
  const ben = await joinIn(context, server, home, "Ben");
  await page.goto("/scout/outbox");
  await page.getByText("1 entry of Ana on this device").waitFor();
  await page.getByText("All sent", { exact: true }).first().waitFor();
  assert.deepEqual([(await mine(ana)).length, (await mine(ben)).length], [0, 0]);
  await axe(page);
  await page.getByRole("button", { name: "Bring them for Ana" }).tap();
  await until(async () => (await mine(ana)).length === 1, "Ana's entry is there");
  const [entry] = await mine(ana);
  assert.deepEqual([entry.scouter.displayName, entry.courierId], ["Ana", ben.id]);
  assert.equal((await mine(ben)).length, 0);
  await context.close();
});

test("an entry that was edited after a lost answer is a change of it, of the right robot, not a second one", async () => {
  const context = await browser.context(server.url);
  const me = await joinIn(context, server, home, "Edited");
  await assign(server, home, me.id, 1, 28);
  const page = await context.newPage();
  await chooseEvent(page);
  await browser.forgiving(away, async () => {
    let open = false;
    await page.route("**/api/scouting/entries/batch", async (route) => {
      if (open) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await scout(page, 28);
    await until(async () => (await mine(me)).length === 1, "the server has it");
    await badge(page, "1 waiting");
    await page.locator("[data-done] a").first().tap();
    await page.locator('[data-field="autoHiveTipCount"] button').first().tap();
    await page.getByRole("button", { name: "Options" }).tap();
    await page.getByLabel("Team number of the robot").fill(String(robotsOf(28)[1]));
    await axe(page);
    await page.getByRole("button", { name: "It was this robot" }).tap();
    await page.locator('[data-phase="endgame"]').tap();
    await page.locator('[data-go="save"]').tap();
    await badge(page, "1 waiting");
    open = true;
    await page.goto("/scout/outbox");
    await badge(page, "All sent");
  });
  const entries = await mine(me);
  assert.deepEqual(entries.map((e) => [e.rev, e.data.autoHiveTipCount, e.scoutedTeamNumber]), [[2, 1, robotsOf(28)[1]]]);
  await context.close();
});

test("what the server refuses stays, with its reason and ways on; what waits for the leads says so", async () => {
  const context = await browser.context(server.url);
  const me = await joinIn(context, server, home, "Refused");
  const page = await context.newPage();
  await chooseEvent(page);
  await page.goto("/scout/form/qual-0-26-red-99");
  await page.locator('[data-phase="endgame"]').tap();
  await page.locator('[data-go="save"]').tap();
  await page.waitForSelector('[data-done] [data-state="quarantined"]');
  // A form that the server does not know: as if the season's file there were older.
  await page.route("**/api/scouting/entries/batch", async (route) => {
    const body = route.request().postDataJSON();
    for (const e of body.entries) e.data.unheardOf = 1;
    await route.continue({ postData: JSON.stringify(body) });
  });
  await page.goto(`/scout/form/qual-0-27-red-${robotsOf(27)[0]}`);
  await page.locator('[data-phase="endgame"]').tap();
  await page.locator('[data-go="save"]').tap();
  await page.getByRole("link", { name: "1 needs you" }).tap();
  await page.getByText(/unheardOf.*is not a field/).waitFor();
  await page.getByText("A lead decides about it").waitFor();
  await axe(page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download a backup" }).tap();
  const file = await (await download).path();
  assert.equal(JSON.parse(await readFile(file, "utf8")).items.length, 2);
  await page.getByRole("button", { name: "Remove" }).tap();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).tap();
  await page.getByText(/unheardOf/).waitFor({ state: "detached" });
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByText("1 entry came back").waitFor();
  await page.unroute("**/api/scouting/entries/batch");
  await page.getByRole("button", { name: "Send again" }).tap();
  await until(async () => (await mine(me)).length === 1, "the restored entry is there");
  await context.close();
});

test("a session that ended keeps what waits", async () => {
  const context = await browser.context(server.url);
  const me = await joinIn(context, server, home, "Ended");
  await assign(server, home, me.id, 1, 29);
  const page = await context.newPage();
  await chooseEvent(page);
  await browser.forgiving(/401|403|WebSocket|ERR_/, async () => {
    await context.clearCookies();
    await scout(page, 29);
    await badge(page, "1 waiting");
    await page.goto("/scout/outbox");
    await page.waitForLoadState("networkidle");
    await settled(page);
  });
  assert.equal((await mine(me)).length, 0);
  const kept = await page.evaluate(async () => {
    const db = await new Promise((resolve) => { const r = indexedDB.open("ftcmetrics-scout"); r.onsuccess = () => resolve(r.result); });
    return new Promise((resolve) => { const r = db.transaction("outbox").objectStore("outbox").getAll(); r.onsuccess = () => resolve(r.result.map((i) => i.state)); });
  });
  assert.deepEqual(kept, ["waiting"]);
  await context.close();
});

test("no page failed or asked another address", () => browser.assertClean());
