// The first minutes of a team: one command, the link that it prints, two scouts, an entry on the coach's screen.
// Counts what a person does, because the README promises it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { figure } from "./figure.mjs";
import { Server, until } from "./server.mjs";

let server, browser;
const began = Date.now();

before(async () => {
  browser = await Browser.start();
  server = await Server.start({ first: true });
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

test("from one command to a team with two scouts and their first entry", { timeout: 180_000 }, async () => {
  let clicks = 0, fields = 0;
  const click = async (what) => (clicks++, what.click());
  const type = async (what, text) => (fields++, what.fill(text));

  await until(() => server.setupCode, "the server prints how to begin");
  const coach = await (await browser.context(server.url, { screen: "laptop" })).newPage();
  await coach.goto("/setup?code=" + server.setupCode); // the link that it prints
  clicks++;
  await type(coach.getByLabel("Your name"), "Coach");
  await click(coach.getByRole("button", { name: "Create the owner" }));
  await type(coach.getByLabel("FTC team number"), "8569");
  await click(coach.getByRole("button", { name: "Create the team" }));
  const code = await coach.getByRole("status", { name: "Invite code" }).textContent();
  await click(coach.getByRole("button", { name: "To the app" }));

  const scouts = [];
  for (const name of ["Scout 1", "Scout 2"]) {
    const page = await (await browser.context(server.url, { screen: "phone" })).newPage();
    await page.goto("/join/" + code); // the QR code of the same page
    clicks++;
    await type(page.getByLabel("Your name"), name);
    await click(page.getByRole("button", { name: "Join", exact: true }));
    await page.getByRole("heading", { name: "Hello, " + name }).waitFor();
    scouts.push(page);
  }
  figure("newcomer-two-scouts-seconds", (Date.now() - began) / 1000, 300);
  const toTwoScouts = { clicks, fields };

  // An FTC event that the server has not heard of, as a league meet is.
  await browser.forgiving(/404 .*\/api\/(events|ftc-teams)\//, async () => {
    for (const [i, page] of scouts.entries()) {
      await click(page.getByRole("link", { name: "Scout", exact: true }).first());
      await click(page.getByText("Scout by code"));
      await type(page.getByLabel("Event code"), "MEET-1");
      await click(page.getByRole("button", { name: "Scout this event" }));
      await type(page.getByLabel("Match", { exact: true }), "1");
      await type(page.getByLabel("Team number of the robot"), ["731", "9021"][i]);
      await click(page.getByRole("button", { name: "Scout this robot" }).or(page.getByRole("link", { name: "Scout this robot" })).first());
      await page.waitForSelector("[data-field]");
      await click(page.locator("[data-field] button").first());
      while ((await page.locator('[data-go="save"]').count()) === 0) await click(page.locator("[data-go]").first());
      await click(page.locator('[data-go="save"]'));
      await page.getByText(/^All sent/).first().waitFor();
    }
    await click(coach.getByRole("link", { name: "Coach", exact: true }).first());
    await until(async () => (await coach.locator("[data-entry]").count()) >= 2, "both entries are on the coach's screen", 30_000);
  });
  figure("newcomer-entries-seconds", (Date.now() - began) / 1000, 300);
  console.log(`newcomer: two scouts after ${toTwoScouts.clicks} clicks and ${toTwoScouts.fields} fields, two entries after ${clicks} and ${fields}`);

  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const promised = readme.match(/two scouts in it: 1 command, (\d+) clicks and (\d+) fields/);
  assert.ok(promised, "the README tells of the way");
  assert.deepEqual(toTwoScouts, { clicks: +promised[1], fields: +promised[2] }, "what the README promises");
  await browser.assertClean();
});
