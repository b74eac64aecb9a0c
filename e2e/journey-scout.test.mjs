// A scout watches a match with one thumb, and the rest of what they do between two matches.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, axe, settled } from "./browser.mjs";
import { assign, chooseEvent, entriesOf, eventCode, joinIn, meet, robotsOf, season } from "./scouts.mjs";
import { Server, until } from "./server.mjs";
import { figure } from "./figure.mjs";

const limit = 50; // ms from tap to paint, on a processor four times as slow
const more = process.env.FIGURES === "hold" ? 35 : 0; // taps, each with its undo: of a hundred, the 98th is not the worst
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

/** A page of a new scout, on whom the first matches from here on are. */
async function scout(name, from, options) {
  const context = await browser.context(server.url, options);
  const me = await joinIn(context, server, home, name);
  await assign(server, home, me.id, 3, from);
  const page = await context.newPage();
  await chooseEvent(page);
  return { context, page, me };
}

const tile = (page, field) => page.locator(`[data-field="${field}"] button`).first();
const value = (page, field) => page.locator(`[data-field="${field}"] [data-value]`).innerText();
const step = (page, field, word) => page.locator(`[data-field="${field}"]`).getByRole("button", { name: word });

/** thumb taps as a quick thumb does, seven times a second; what a locator's tap looks up on its way is no part of it. */
async function thumb(page, at) {
  await page.evaluate(() => new Promise((go) => setTimeout(go, 140)));
  await touch(page, at);
}

/** whole: no tile hides a part of what it holds. */
async function whole(page) {
  const cut = await page.evaluate(() => [...document.querySelectorAll("[data-field]")].filter((e) => e.scrollHeight > e.clientHeight).map((e) => e.dataset.field));
  assert.deepEqual(cut, []);
}

/** onItsSide: on a phone that lies on its side the phases, two tiles, undo and the way on are in sight together. */
async function onItsSide(page) {
  const upright = page.viewportSize();
  await page.setViewportSize({ width: 667, height: 375 });
  await page.locator('[data-phase="teleop"]').tap();
  await page.locator('[data-field="teleopHiveTipCount"]').waitFor();
  await whole(page);
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll("[data-phase], [data-go], [data-undo], [data-field]:nth-child(-n+2)")]
      .filter((e) => { const { top, bottom, left, right } = e.getBoundingClientRect(); return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth; })
      .map((e) => e.outerHTML.slice(0, 80)));
  assert.deepEqual(hidden, []);
  await axe(page);
  await page.locator('[data-phase="endgame"]').tap();
  await page.setViewportSize(upright);
}

async function touch(page, at) {
  const { x, y, width, height } = await at.boundingBox();
  await page.touchscreen.tap(x + width / 2, y + height / 2);
}

for (const [screen, from] of [["phone", 1], ["tablet", 5]]) {
  test(`thirty taps, five undos and a save on a ${screen}`, async () => {
    const { context, page, me } = await scout(`Thumb ${screen}`, from, { screen });
    const session = await context.newCDPSession(page);
    await page.waitForSelector("[data-next]");
    await axe(page);
    await page.locator("[data-next] a").tap();
    await page.waitForSelector("[data-field]");
    await axe(page);
    await page.evaluate(() => {
      window.taps = [];
      window.menus = [];
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) if (e.name === "pointerup" && e.interactionId) window.taps.push({ all: e.duration, script: e.processingEnd - e.processingStart });
      }).observe({ type: "event", durationThreshold: 16 });
      addEventListener("contextmenu", (event) => setTimeout(() => window.menus.push(event.defaultPrevented)));
    });
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });

    await thumb(page, page.locator('[data-field="autoLeave"]')); // 1
    for (let i = 0; i < 3; i++) await thumb(page, tile(page, "autoHiveTipCount")); // 4
    await thumb(page, page.locator("[data-go]"));
    for (let i = 0; i < 6; i++) await thumb(page, tile(page, "teleopHiveTipCount")); // 10
    await thumb(page, step(page, "teleopHiveTipCount", "−1")); // 11: 5
    await thumb(page, step(page, "teleopHiveTipCount", "+5")); // 12: 10
    await thumb(page, page.locator("[data-go]"));
    for (let i = 0; i < 8; i++) await thumb(page, tile(page, "endgameCellCount")); // 20
    await thumb(page, step(page, "endgameGardenCount", "+10")); // 21
    for (let i = 0; i < 4; i++) await thumb(page, tile(page, "endgameGardenCount")); // 25: 14
    for (let i = 0; i < 5; i++) await thumb(page, tile(page, "endgameFlowerCount")); // 30: 5
    for (let i = 0; i < 5; i++) await thumb(page, page.locator("[data-undo]"));
    for (let i = 0; i < more; i++) {
      await thumb(page, tile(page, "endgameFlowerCount"));
      await thumb(page, page.locator("[data-undo]"));
    }
    assert.equal(await value(page, "endgameFlowerCount"), "0");
    assert.equal(await value(page, "endgameGardenCount"), "14");
    assert.equal(await value(page, "endgameCellCount"), "8");

    // A long press is no menu, two quick taps are no zoom, and nothing has scrolled.
    await tile(page, "endgameCellCount").dispatchEvent("contextmenu", { bubbles: true, cancelable: true });
    await page.waitForFunction(() => window.menus.length > 0);
    const still = await page.evaluate(() => ({
      menus: window.menus, zoom: visualViewport.scale, scrolled: [scrollX, scrollY], wide: document.documentElement.scrollWidth <= innerWidth,
      over: getComputedStyle(document.documentElement).overscrollBehaviorY, inner: [...document.querySelectorAll("*")].filter((e) => e.scrollTop > 0).length,
      touch: [...document.querySelectorAll("[data-field] button, button[data-field]")].every((e) => !["auto", "pinch-zoom"].includes(getComputedStyle(e).touchAction)),
      small: [...document.querySelectorAll("[data-field] > button:not([role]), button[data-field]")].filter((e) => e.getBoundingClientRect().height < 64).length,
    }));
    assert.deepEqual(still, { menus: [true], zoom: 1, scrolled: [0, 0], wide: true, over: "none", inner: 0, touch: true, small: 0 });

    const taps = await page.evaluate(() => window.taps);
    assert.ok(taps.length >= 30, `${taps.length} taps were measured`);
    const part = (what, share) => taps.map((tap) => tap[what]).sort((a, b) => a - b)[Math.ceil(taps.length * share) - 1];
    figure(`tap-to-paint-p98-ms-${screen}`, part("all", 0.98), limit);
    figure(`tap-to-paint-p50-ms-${screen}`, part("all", 0.5), limit);
    figure(`tap-script-p98-ms-${screen}`, part("script", 0.98), limit);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await whole(page);
    if (screen === "phone") await onItsSide(page);

    await page.locator('[data-go="save"]').tap();
    const [entry] = await until(async () => {
      const all = (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id);
      return all.length > 0 && all;
    }, "the entry is on the server");
    assert.deepEqual(entry.data, {
      autoLeave: true, autoPark: false, autoHiveTipCount: 3, teleopHiveTipCount: 10, teleopPark: false, teleopDisabled: false,
      endgameCellCount: 8, endgameBottomNectarCount: 0, endgameFlowerCount: 0, endgameGardenCount: 14,
    });
    assert.deepEqual([entry.matchNumber, entry.scoutedTeamNumber, entry.alliance], [from, robotsOf(from)[0], "RED"]);
    await page.waitForFunction((next) => document.querySelector("[data-next]")?.textContent.includes(next), `Q${from + 1}`);
    await page.getByText(/^All sent/).first().waitFor();
    await axe(page);
    await context.close();
  });
}

test("a first load on a slow phone and slow Wi-Fi is soon ready for taps", async () => {
  const first = await scout("Slow", 17);
  await first.page.locator("[data-next] a").tap();
  await first.page.waitForSelector("[data-field]");
  const form = first.page.url();
  const storageState = await first.context.storageState(); // signed in, and nothing else is kept
  await first.context.close();
  const times = [];
  for (let i = 0; i < 3; i++) {
    const context = await browser.context(server.url, { storageState });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 }); // 1.6 Mbit/s
    const began = performance.now();
    await page.goto(form, { waitUntil: "commit" });
    await page.waitForFunction(() => document.querySelector('[data-field="autoHiveTipCount"]')); // looks at each frame
    await touch(page, tile(page, "autoHiveTipCount"));
    await page.waitForFunction(() => document.querySelector('[data-field="autoHiveTipCount"] [data-value]').textContent === "1");
    times.push((performance.now() - began) / 1000);
    await context.close();
  }
  figure("interactive-seconds", times.sort((a, b) => a - b)[1], 2);
});

test("a reload in the middle of a match costs nothing, and undo still goes back", async () => {
  const { context, page } = await scout("Reload", 9);
  await page.locator("[data-next] a").tap();
  await page.waitForSelector("[data-field]");
  for (let i = 0; i < 4; i++) await tile(page, "autoHiveTipCount").tap();
  await page.locator("[data-undo]").tap();
  await page.locator('[data-phase="endgame"]').tap();
  await page.locator("textarea").fill("slow, but never misses");
  const stored = () => page.evaluate(async () => {
    const db = await new Promise((resolve) => { const r = indexedDB.open("ftcmetrics-scout"); r.onsuccess = () => resolve(r.result); });
    const all = await new Promise((resolve) => { const r = db.transaction("drafts").objectStore("drafts").getAll(); r.onsuccess = () => resolve(r.result); });
    db.close();
    return all[0];
  });
  await until(async () => (await stored())?.notes.endsWith("misses"), "the draft is stored");
  await page.reload();
  await page.waitForSelector("textarea");
  assert.equal(await page.locator("textarea").inputValue(), "slow, but never misses");
  await page.locator('[data-phase="auto"]').tap();
  assert.equal(await value(page, "autoHiveTipCount"), "3");
  await page.getByRole("button", { name: "Redo" }).tap();
  assert.equal(await value(page, "autoHiveTipCount"), "4");
  // A crash may leave the draft and take the word that there is one: it is found while the form is in use already.
  await until(async () => { const { log, phase } = await stored(); return log.done.length === 4 && phase === "auto"; }, "the last step is stored");
  await until(() => page.evaluate(() => localStorage.getItem("ftc.drafts")), "the draft is noted");
  await page.evaluate(() => localStorage.removeItem("ftc.drafts"));
  await page.reload();
  await page.waitForFunction(() => document.querySelector('[data-field="autoHiveTipCount"] [data-value]')?.textContent === "4");
  await tile(page, "autoHiveTipCount").tap();
  assert.equal(await value(page, "autoHiveTipCount"), "5");
  await page.getByRole("button", { name: /draft is kept/ }).tap();
  await page.getByText("begun and not saved").waitFor();
  await axe(page);
  await context.close();
});

test("a laptop's keyboard does it all", async () => {
  const { context, page, me } = await scout("Keys", 13, { screen: "laptop", colors: "light" });
  await page.locator("[data-next] a").click();
  await page.waitForSelector("[data-field]");
  const keys = ["1", "3", "3", "3", "Shift+Digit3", "Control+z", "ArrowRight", "1", "2", "ArrowLeft", "ArrowRight", "Enter", "1", "1"];
  for (const key of keys) await page.keyboard.press(key);
  await page.keyboard.press("Enter");
  const [entry] = await until(async () => {
    const all = (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id);
    return all.length > 0 && all;
  }, "the entry is on the server");
  const { autoLeave, autoHiveTipCount, teleopHiveTipCount, teleopPark, endgameCellCount } = entry.data;
  assert.deepEqual([autoLeave, autoHiveTipCount, teleopHiveTipCount, teleopPark, endgameCellCount], [true, 3, 1, true, 2]);
  await context.close();
});

test("an absent robot, a second entry for the same robot, and the left hand", async () => {
  const { context, page, me } = await scout("Absent", 17);
  await page.locator("[data-next] a").tap();
  await page.getByRole("button", { name: "Options" }).tap();
  await page.getByText("left hand").tap();
  await page.keyboard.press("Escape");
  const corners = await page.evaluate(() => [".", "[data-undo]", "[data-go]"].slice(1).map((s) => document.querySelector(s).getBoundingClientRect().left));
  assert.ok(corners[0] < corners[1], "undo is under the left thumb");
  await tile(page, "autoHiveTipCount").tap();
  await page.locator('[data-phase="endgame"]').tap();
  await page.getByText("The robot was absent").tap();
  await page.locator('[data-go="save"]').tap();
  await page.waitForSelector('[data-done] [data-state="sent"]');
  await page.goto(`/scout/form/qual-0-17-red-${robotsOf(17)[0]}`);
  await tile(page, "autoHiveTipCount").tap();
  await page.locator('[data-phase="endgame"]').tap();
  await page.locator('[data-go="save"]').tap();
  await until(async () => (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id).length === 2, "both entries");
  const [first, second] = (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id);
  assert.deepEqual([first.totalScore, first.notes, second.data.autoHiveTipCount], [0, "The robot was absent.", 1]);
  await context.close();
});

test("two versions of an entry stand side by side, and the scout says which counts", async () => {
  const { context, page, me } = await scout("Conflict", 21);
  await page.locator("[data-next] a").tap();
  await tile(page, "autoHiveTipCount").tap();
  await page.locator('[data-phase="endgame"]').tap();
  await page.locator('[data-go="save"]').tap();
  await page.waitForSelector('[data-done] [data-state="sent"]');
  const [mine] = (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id);
  await page.locator("[data-done] a").first().tap();
  await page.waitForSelector("[data-field]");
  await tile(page, "autoHiveTipCount").tap();
  await server.data("PATCH", `/api/scouting/entries/${mine.id}`, server.owner, { rev: 1, notes: "the lead knows better", data: { endgameGardenCount: 7 } });
  await page.locator('[data-phase="endgame"]').tap();
  await browser.forgiving(/409/, async () => {
    await page.locator('[data-go="save"]').tap();
    await page.getByRole("link", { name: "1 needs you" }).tap();
    await page.getByRole("link", { name: "Compare" }).tap();
    await page.waitForSelector("table");
  });
  const rows = await page.locator("tbody tr").allInnerTexts();
  assert.deepEqual(rows.map((r) => r.split(/\s*\t\s*/)), [["Auto: Hive tips", "2", "1"], ["In the garden", "0", "7"], ["Notes", "none", "the lead knows better"]]);
  await axe(page);
  await page.getByRole("button", { name: "Keep yours" }).tap();
  await page.getByText("Nothing is waiting").waitFor();
  const now = await server.data("GET", `/api/scouting/entries/${mine.id}`, server.owner);
  assert.deepEqual([now.rev, now.data.autoHiveTipCount, now.data.endgameGardenCount, now.notes], [3, 2, 0, ""]);
  await context.close();
});

test("a lead passes a robot on", async () => {
  const context = await browser.context(server.url);
  const lead = await joinIn(context, server, home, "Lee", "LEADER");
  const other = await browser.context(server.url);
  const ana = await joinIn(other, server, home, "Ana");
  await assign(server, home, lead.id, 1, 25);
  const page = await context.newPage();
  await chooseEvent(page);
  await page.getByRole("button", { name: "Pass on" }).tap();
  await axe(page);
  await page.getByRole("button", { name: "Pass to Ana" }).tap();
  await page.getByText("Nothing is assigned to you").waitFor();
  const sheet = await server.data("GET", `/api/scouting/assignments?scoutingTeamId=${home.id}&season=${season}&eventCode=${eventCode}&matchNumber=25`, server.owner);
  assert.deepEqual(sheet.assignments.map((a) => [a.scout.id, a.scoutedTeamNumber]), [[ana.id, robotsOf(25)[0]]]);
  await Promise.all([context.close(), other.close()]);
});

test("a league meet that the server does not know is scouted by its code", async () => {
  const context = await browser.context(server.url, { screen: "laptop", colors: "light" });
  const me = await joinIn(context, server, home, "Code");
  const page = await context.newPage();
  await page.goto("/scout");
  await settled(page);
  await axe(page);
  await page.getByText("Scout by code").click();
  await page.getByLabel("Event code").fill("barn-7");
  await browser.forgiving(/404/, async () => {
    await page.getByRole("button", { name: "Scout this event" }).click();
    await page.getByText("No schedule yet").waitFor();
  });
  await page.getByLabel("Team number of the robot").fill("4318");
  await page.getByRole("button", { name: "Scout this robot" }).click();
  await tile(page, "autoHiveTipCount").click();
  await page.locator('[data-phase="endgame"]').click();
  await browser.forgiving(/404/, async () => {
    await page.locator('[data-go="save"]').click();
    await page.waitForSelector('[data-done] [data-state="sent"]');
  });
  const [entry] = (await entriesOf(server, home)).filter((e) => e.scouter.id === me.id);
  assert.deepEqual([entry.eventCode, entry.matchNumber, entry.scoutedTeamNumber], ["BARN-7", 1, 4318]);
  await context.close();
});

test("no page failed or asked another address", () => browser.assertClean());
