// A pick list that two people edit at once, in two browsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { linked, signIn, until } from "./coach.mjs";
import { eventCode, played, season } from "./played.mjs";

let hall, browser, kim, lee, list;

before(async () => {
  hall = await played();
  browser = await Browser.start();
  list = await hall.server.data("POST", "/api/scouting/picklists", hall.coach, {
    scoutingTeamId: hall.home.id, season, eventCode, name: "First pick", teamNumbers: [10195, 7105, 731, 8534], allTeams: true,
  });
  kim = await open(hall.coach, { screen: "laptop", colors: "light" });
  lee = await open(await hall.joins("LEADER", "Lee"), { screen: "phone", colors: "dark" });
});
after(async () => {
  await browser?.stop();
  await hall?.stop();
});

async function open(token, look) {
  const page = await signIn(await browser.context(hall.server.url, look), token, hall.home);
  await page.goto(`/analysis/picks/${list.id}`);
  await settled(page);
  await page.locator("[data-row]").first().waitFor();
  await linked(page);
  return page;
}

const stored = () => hall.server.data("GET", `/api/scouting/picklists/${list.id}`, hall.coach);
const shown = (page) => page.locator("[data-row]").evaluateAll((rows) => rows.map((row) => `${row.dataset.row} ${row.querySelector("select").value} ${row.dataset.struck ?? ""}`));
const grip = (page, team) => page.getByRole("button", { name: new RegExp(`^Move ${team}, now number`) });

/** Waits until the list on the server is as wanted, and both screens show that very list. */
async function agreed(wanted, what) {
  await until(async () => {
    const now = await stored();
    const rows = now.items.map(({ teamNumber, tier, struck }) => `${teamNumber} ${tier} ${struck?.reason ?? ""}`).join();
    return wanted(now) && (await shown(kim)).join() === rows && (await shown(lee)).join() === rows;
  }, what);
}
const places = (now, ...teams) => teams.map((team) => now.items.findIndex(({ teamNumber }) => teamNumber === team));
const item = (now, team) => now.items.find(({ teamNumber }) => teamNumber === team);

test("two people edit at once: every change of both survives, and both screens are equal", async () => {
  const kims = async () => {
    const from = await grip(kim, 8534).boundingBox();
    const to = await kim.locator('[data-row="10195"]').boundingBox();
    await kim.mouse.move(from.x + 10, from.y + 10);
    await kim.mouse.down();
    await kim.mouse.move(from.x + 10, to.y + 40, { steps: 5 });
    await kim.mouse.move(from.x + 10, to.y + 4, { steps: 5 });
    await kim.mouse.up();
    await kim.getByLabel("Tier of 7105").selectOption("1");
    await kim.getByLabel("Tier of 2827").selectOption("3");
  };
  const lees = async () => {
    await lee.getByLabel("Tier of 731").selectOption("2");
    await grip(lee, 12010).focus();
    await lee.keyboard.press("ArrowUp");
    await lee.keyboard.press("ArrowUp");
    await lee.getByLabel("Tier of 9021").selectOption("4");
  };
  await Promise.all([kims(), lees()]);
  await agreed((now) => {
    const [dragged, first] = places(now, 8534, 10195);
    const [moved, last] = places(now, 12010, 11969);
    const tiers = [[7105, 1], [2827, 3], [731, 2], [9021, 4]].every(([team, tier]) => item(now, team).tier === tier);
    return dragged < first && moved < last && tiers;
  }, "all six changes of both");
});

test("the same thing changed by two is shown, and lost by nobody", async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await lee.route("**/operations", async (route) => {
    await held;
    await route.continue();
  }, { times: 1 });
  await lee.getByLabel("Tier of 5270").selectOption("5");
  await kim.getByLabel("Tier of 5270").selectOption("6");
  await until(async () => item(await stored(), 5270).tier === 6, "the first of both");
  await browser.forgiving(/409/, async () => {
    release();
    await lee.getByRole("alert").filter({ hasText: "Yours was: 5270: tier 5" }).waitFor();
  });
  await axe(lee);
  await lee.getByRole("button", { name: "Use mine" }).click();
  await agreed((now) => item(now, 5270).tier === 5, "what was chosen");
});

test("a robot that was picked is struck out on both screens", async () => {
  await kim.getByRole("button", { name: "What was heard of 7083" }).click();
  await kim.getByLabel("What was heard?").selectOption("captain");
  await kim.getByLabel("Alliance (not if declined)").selectOption("3");
  await axe(kim, "the pick's dialog");
  await kim.getByRole("button", { name: "Strike it out" }).click();
  await lee.locator('[data-row="7083"][data-struck="captain"]').getByText("captain of alliance 3").waitFor();
  await agreed((now) => item(now, 7083).struck?.alliance === 3, "the strike");
});

test("the list is edited, and a change taken back, by keyboard alone", async () => {
  const before = places(await stored(), 8947)[0];
  await grip(kim, 8947).focus();
  await kim.keyboard.press("ArrowDown");
  await kim.keyboard.press("7");
  await agreed((now) => places(now, 8947)[0] === before + 1 && item(now, 8947).tier === 7, "the move and the tier");
  assert.match(await kim.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Move 8947, now number/, "the focus stays with the robot");
  await kim.getByRole("button", { name: "Undo", exact: true }).focus();
  await kim.keyboard.press("Enter");
  await agreed((now) => item(now, 8947).tier === 0, "the undo");
  await kim.getByRole("button", { name: "History" }).focus();
  await kim.keyboard.press("Enter");
  await kim.getByRole("dialog").getByText("8947: tier 7").first().waitFor();
  await axe(kim, "the history");
  await kim.keyboard.press("Escape");
});

test("tags and a note reach the other, who else is here is shown, and a change waits for the network", async () => {
  await kim.getByRole("button", { name: "Tags and note of 3587" }).click();
  await kim.getByLabel("Tags", { exact: true }).fill("parks, long range");
  await kim.getByLabel("Note", { exact: true }).fill("ask their drivers");
  await kim.getByRole("button", { name: "Save" }).click();
  await lee.locator('[data-row="3587"]').getByText("ask their drivers").waitFor();
  await kim.locator("[data-present]").filter({ hasText: "Lee" }).waitFor();
  await browser.forgiving(/ERR_INTERNET_DISCONNECTED/, async () => {
    await lee.context().setOffline(true);
    await lee.getByLabel("Tier of 9581").selectOption("8");
    await lee.getByText("1 change on the way").waitFor();
    await lee.context().setOffline(false);
    await agreed((now) => item(now, 9581).tier === 8, "the change made without a network");
  });
  await axe(lee);
  await axe(kim);
});

test("changes made without a network outlive a reload: they merge where they may, and where not both are shown", async () => {
  await lee.evaluate(() => navigator.serviceWorker.ready);
  await browser.forgiving(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to fetch|409/, async () => {
    await lee.context().setOffline(true);
    await lee.getByLabel("Tier of 2827").selectOption("9");
    await lee.getByLabel("Tier of 8947").selectOption("4");
    await lee.getByText("2 changes on the way").waitFor();
    await lee.reload();
    await lee.getByText("2 changes on the way").waitFor();
    assert.equal(await lee.getByLabel("Tier of 2827").inputValue(), "9", "what was changed is still seen");
    await axe(lee);
    await kim.getByLabel("Tier of 8947").selectOption("2"); // meanwhile
    await until(async () => item(await stored(), 8947).tier === 2, "the other's change");
    await lee.context().setOffline(false);
    await lee.getByRole("alert").filter({ hasText: "Yours was: 8947: tier 4" }).waitFor({ timeout: 30_000 });
    await lee.reload();
    await lee.getByRole("alert").filter({ hasText: "Yours was: 8947: tier 4" }).waitFor(); // the question outlives a reload, too
    await lee.getByRole("button", { name: "Use mine" }).click();
  });
  await linked(lee);
  await agreed((now) => item(now, 2827).tier === 9 && item(now, 8947).tier === 4, "both changes, each once");
  const history = await hall.server.data("GET", `/api/scouting/picklists/${list.id}/history?after=0&limit=200`, hall.coach);
  assert.equal(history.filter(({ operation }) => operation.teamNumber === 2827 && operation.tier === 9).length, 1);
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
