// Joining by a code on a phone, the team's pages, and the app without a network.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { Server, team, until } from "./server.mjs";
import { figure } from "./figure.mjs";

let server, browser, home;

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  home = await team(server);
});
after(async () => {
  await browser?.stop();
  await server.stop();
});

const invite = (change = {}) => server.data("POST", `/api/user-teams/${home.id}/invites`, server.owner, { role: "STUDENT", maxUses: 1, ...change });

/** A page of somebody who just joined with the role. */
async function member(role, options) {
  const { code } = await invite({ role });
  const context = await browser.context(server.url, options);
  const page = await context.newPage();
  await page.goto("/join/" + code);
  await page.getByLabel("Your name").fill(role.toLowerCase());
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("heading", { name: "Hello, " + role.toLowerCase() }).waitFor();
  return page;
}

test("a scout joins by a link: a name and at most three taps, and stays after a reload", async () => {
  const { code } = await invite();
  const context = await browser.context(server.url);
  const page = await context.newPage();
  const began = performance.now();
  await page.goto("/join/" + code);
  await axe(page);
  let taps = 0;
  const tap = (what) => (taps++, what.tap());
  await tap(page.getByLabel("Your name"));
  await page.keyboard.type("Scout 7");
  await tap(page.getByRole("button", { name: "Join" }));
  await page.getByRole("heading", { name: "Hello, Scout 7" }).waitFor();
  figure("join-seconds", (performance.now() - began) / 1000, 15);
  assert.ok(taps <= 3);
  await page.getByRole("status").filter({ hasText: "You are in team 8569" }).waitFor();
  const members = await server.data("GET", `/api/user-teams/${home.id}/members`, server.owner);
  assert.equal(members.find(({ displayName }) => displayName === "Scout 7")?.role, "STUDENT");
  await page.reload();
  await page.getByRole("heading", { name: "Hello, Scout 7" }).waitFor();
  await settled(page);
  await axe(page);
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the session");
  await context.close();
});

test("a spent code is told in a sentence, with a way on", async () => {
  const spent = await invite();
  await server.data("POST", "/api/join", undefined, { code: spent.code, displayName: "Faster" });
  const fresh = await invite();
  const context = await browser.context(server.url);
  const page = await context.newPage();
  await page.goto("/join/" + spent.code);
  await page.getByLabel("Your name").fill("Slower");
  await browser.forgiving(/404 .*\/api\/join/, async () => {
    await page.getByRole("button", { name: "Join" }).tap();
    await page.getByRole("alert").filter({ hasText: "wrong, used up or expired" }).waitFor();
  });
  await axe(page);
  assert.equal(await page.getByLabel("Your name").inputValue(), "Slower", "the name need not be typed again");
  await page.getByLabel("Invite code").fill(fresh.code.toLowerCase());
  await page.getByRole("button", { name: "Join" }).tap();
  await page.getByRole("heading", { name: "Hello, Slower" }).waitFor();
  await context.close();
});

test("a token signs in and out again; a wrong one leaves nothing behind", async () => {
  const { token } = await home.join("LEADER", "By token");
  const context = await browser.context(server.url, { screen: "laptop", colors: "light" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByText("Token", { exact: true }).click();
  await browser.forgiving(/401/, async () => {
    await page.getByLabel("Token", { exact: true }).last().fill("ftc_owner_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: /unknown|not signed|Sign in/ }).waitFor();
    assert.equal(await page.evaluate(() => document.cookie), "");
    await axe(page);
    await page.getByLabel("Token", { exact: true }).last().fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Hello, By token" }).waitFor();
  });
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the token");
  await page.goto("/me");
  await settled(page);
  await axe(page);
  await page.getByRole("button", { name: "Sign out" }).last().click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "FTC events" }).waitFor();
  assert.equal(await page.evaluate(() => document.cookie), "", "nothing of it stays");
  await context.close();
});

test("theme, name and data belong to the person", async () => {
  const page = await member("STUDENT", { screen: "phone", colors: "light" });
  await page.goto("/me");
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByText("Dark", { exact: true }).tap();
  await page.waitForFunction((was) => getComputedStyle(document.documentElement).backgroundColor !== was, light);
  await page.reload();
  await settled(page);
  assert.notEqual(await ground(), light, "the choice outlives a reload");
  await axe(page);
  await page.getByLabel("Your name").fill("Renamed");
  await page.getByRole("button", { name: "Save" }).tap();
  await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download my data" }).tap();
  assert.equal((await download).suggestedFilename(), "ftcmetrics-me.json");
  await page.getByRole("button", { name: "Erase me" }).tap();
  await page.getByRole("dialog").waitFor();
  await axe(page);
  await page.getByRole("button", { name: "Erase me for good" }).tap();
  await page.getByRole("heading", { name: "FTC events" }).waitFor();
  const members = await server.data("GET", `/api/user-teams/${home.id}/members`, server.owner);
  assert.ok(!members.some(({ displayName }) => displayName === "Renamed"));
  await page.context().close();
});

test("a lead gives, takes back and removes, and sees others come", async () => {
  const page = await member("LEADER", { screen: "laptop", colors: "light" });
  await page.goto("/team");
  await page.getByRole("list", { name: "Who is in the team" }).waitFor();
  await home.join("STUDENT", "Late comer");
  await page.getByText("Late comer", { exact: true }).waitFor(); // without a reload
  await page.getByLabel("Role of Late comer").selectOption("FRIEND");
  await page.getByText("Late comer is now friend").waitFor();
  const roleOf = async (name) => (await server.data("GET", `/api/user-teams/${home.id}/members`, server.owner)).find((m) => m.displayName === name)?.role;
  assert.equal(await roleOf("Late comer"), "FRIEND");
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await roleOf("Late comer")) === "STUDENT", "the role is back");
  await axe(page);
  const opener = page.getByRole("button", { name: "Remove Late comer" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel", "Enter alone removes nobody");
  await axe(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Remove Late comer", "the focus is back");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await until(async () => !(await roleOf("Late comer")), "removed by keyboard alone");
  await page.getByText("Late comer", { exact: true }).waitFor({ state: "detached" });
  await page.context().close();
});

test("invites and shared tablets are made, used and closed", async () => {
  const page = await member("LEADER", { screen: "phone", colors: "dark" });
  await page.goto("/team/invites");
  await page.getByRole("button", { name: "Make the invite" }).tap();
  const code = await page.getByRole("status", { name: "Invite code" }).textContent();
  await page.getByRole("img", { name: /^QR code/ }).waitFor();
  assert.equal(await page.getByRole("status", { name: "Link to join" }).textContent(), `${server.url}/join/${code}`);
  await axe(page);
  const asHint = page.getByRole("listitem").filter({ hasText: code.slice(0, 2) }).first();
  await asHint.getByRole("button", { name: "Close" }).tap();
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().tap();
  await page.getByText("The invite is closed").waitFor();
  assert.equal((await server.call("POST", "/api/join", undefined, { code, displayName: "Too late" })).status, 404);

  await page.getByRole("link", { name: "Tablets" }).tap();
  await page.getByLabel("Label").fill("Tablet red");
  await page.getByRole("button", { name: "Make it" }).tap();
  const pairing = await page.getByRole("status", { name: "Pairing code" }).textContent();
  await axe(page);
  const tablet = await browser.context(server.url, { screen: "tablet", colors: "light" });
  const there = await tablet.newPage();
  await there.goto("/join/" + pairing);
  await there.getByLabel("Your name").fill("any");
  await there.getByRole("button", { name: "Join" }).tap();
  await there.getByRole("heading", { name: "Hello, Tablet red" }).waitFor();
  await settled(there);
  await axe(there);
  assert.equal(await there.getByRole("link", { name: "Team", exact: true }).count(), 0, "a tablet has no team page");
  await page.keyboard.press("Escape");
  await there.locator('[data-link="connected"]').waitFor({ state: "attached" });
  await browser.forgiving(/40[13]/, async () => { // the tablet asks for what is no longer its own
    await page.getByRole("button", { name: "Take Tablet red away" }).tap();
    await page.getByRole("button", { name: "Take away", exact: true }).tap();
    await page.getByText("No shared tablets").waitFor();
    await there.getByRole("heading", { name: "FTC events" }).waitFor(); // by itself
    await there.getByRole("link", { name: "Sign in" }).waitFor();
  });
  await axe(page);
  await tablet.close();
  await page.context().close();
});

test("a mentor says what is shared, creates, hands over and deletes", async () => {
  const page = await member("MENTOR", { screen: "laptop", colors: "dark" });
  await page.goto("/team/settings");
  await page.getByText("Same event", { exact: true }).click();
  await page.getByText("sees the numbers of your entries").waitFor();
  const mine = () => server.data("GET", `/api/user-teams/${home.id}`, server.owner);
  assert.equal((await mine()).sharingLevel, "EVENT");
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await mine()).sharingLevel === "PRIVATE", "nothing is shared again");
  await axe(page);
  await page.goto("/team/new");
  await axe(page);
  await page.getByLabel("FTC team number").fill("731");
  await page.getByRole("button", { name: "Create the team" }).click();
  await page.getByRole("heading", { name: "Team 731" }).waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Delete the team" }).click();
  const gone = page.getByRole("button", { name: "Delete for good" });
  assert.ok(await gone.isDisabled(), "only who types the number deletes");
  await axe(page);
  await page.getByLabel("Type 731 to delete it").fill("731");
  await gone.click();
  await page.getByText("is deleted").waitFor();
  await page.goto("/team");
  await page.getByRole("button", { name: "Hand the team over" }).click();
  await page.getByRole("dialog").waitFor();
  await axe(page);
  assert.ok(await page.getByRole("button", { name: "Hand over", exact: true }).isDisabled(), "only to an adult");
  await page.context().close();
});

test("after one visit the app starts without a network", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ftcmetrics-offline-"));
  const { code } = await invite();
  let context = await browser.persistent(folder, server.url);
  let page = await context.newPage();
  await page.goto("/join/" + code);
  await page.getByLabel("Your name").fill("Basement");
  await page.getByRole("button", { name: "Join" }).tap();
  await page.getByRole("heading", { name: "Hello, Basement" }).waitFor();
  const { version, files } = JSON.parse((await (await fetch(server.url + "/sw.js")).text()).split("\n")[0].replace(/^self.build = |;$/g, ""));
  const kept = () => page.evaluate(async (name) => (await (await caches.open(name)).keys()).length, "app-" + version);
  await until(async () => (await kept()) >= files.length, "the worker keeps every file of its version");
  await context.close();

  context = await browser.persistent(folder, server.url);
  await context.setOffline(true);
  page = await context.newPage();
  await browser.forgiving(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to fetch/, async () => {
    const began = performance.now();
    await page.goto("/me");
    await page.getByRole("heading", { name: "Me" }).waitFor();
    figure("offline-start-seconds", (performance.now() - began) / 1000, 1);
    assert.equal(await page.getByLabel("Your name").inputValue(), "Basement");
    await page.locator('[data-link="offline"]').waitFor();
    await axe(page);
    await context.setOffline(false);
    await page.locator('[data-link="connected"]').waitFor({ timeout: 60_000 });
  });
  assert.deepEqual(await page.evaluate(async () => (await caches.keys()).length), 1, "one version is kept");
  await context.close();
  await rm(folder, { recursive: true, force: true });
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
