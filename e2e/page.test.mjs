// The pages in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { Server, entry, team, until } from "./server.mjs";

let server, browser;
const faults = [];

before(async () => {
  server = await Server.start();
  const which = process.env.PATH.split(":").map((dir) => dir + "/chromium");
  const { accessSync, constants } = await import("node:fs");
  const executablePath = which.find((path) => {
    try { accessSync(path, constants.X_OK); return true; } catch { return false; }
  });
  browser = await chromium.launch({
    executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await browser?.close();
  await server.stop();
});

/** A page whose console errors, foreign requests and policy violations fail the test. */
async function open(path) {
  const page = await browser.newPage();
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => new URL(request.url()).host !== new URL(server.url).host && faults.push("asked " + request.url()));
  await page.goto(server.url + path);
  return page;
}

test("the first owner sets the server up in a browser", async () => {
  const page = await open("/setup?code=" + server.setupCode);
  assert.ok(!page.url().includes(server.setupCode), "the code leaves the address bar");
  await page.fill("[name=displayName]", "Coach <img src=x onerror=alert(1)>");
  await page.click("#owner button");
  await page.waitForSelector("#team:not([hidden])");
  server.owner = await page.textContent("#token");
  assert.match(server.owner, /^ftc_owner_/);
  await page.fill("[name=teamNumber]", "8569");
  await page.click("#team button");
  await page.waitForSelector("#invite:not([hidden])");
  const code = await page.textContent("#code");
  const joined = await server.data("POST", "/api/join", undefined, { code, displayName: "Scout 7" });
  assert.equal(joined.team.teamNumber, 8569);
  const again = await open("/setup?code=" + server.setupCode);
  await again.fill("[name=displayName]", "Second");
  const expected = faults.length;
  await again.click("#owner button");
  await again.waitForFunction(() => document.getElementById("problem").textContent.includes("has been set up"));
  await until(() => faults.length > expected, "the browser notes the refusal");
  faults.length = expected; // the refusal's own line in the console
});

test("a robot that is scouted appears on the open page at once", async () => {
  const home = await team(server, 9021);
  await server.data("POST", "/api/scouting/entries", server.owner, entry(home.id, { matchNumber: 1 }));
  const page = await open("/");
  await page.waitForSelector("text=USNCRA");
  await page.waitForFunction(() => document.querySelector("#link")?.dataset.state === "live");
  const seen = page.waitForFunction(() => document.querySelector("#entries")?.textContent.trim() === "2");
  await server.data("POST", "/api/scouting/entries", server.owner, entry(home.id, { matchNumber: 2, scoutedTeamNumber: 4444 }));
  await seen;
  const text = await page.textContent("body");
  assert.match(text, /4444/);
  assert.ok(!text.includes("CANARY"), "nothing private is on the page");
});

test("the pages neither fail nor leave our address", () => assert.deepEqual(faults, []));
