// What a page needs is asked for with the app, not after it: every page of the route table, at a first visit.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { eventCode, meet, playing, report, season, signIn } from "./coach.mjs";
import { Server } from "./server.mjs";

const routes = JSON.parse(readFileSync(new URL("../web/dist/routes.json", import.meta.url), "utf8"));
// What is loaded later on purpose: what sends entries and hears news, the camera's part, and charts.
const later = /\/(scout-outbox-outgoing|outbox|pusher-js|jsqr|uqr|analysis-robot-chart|uplot\.min)\.js$/;
let server, browser, home, lead, ids, storageState;

before(async () => {
  server = await Server.start();
  home = await meet(server);
  browser = await Browser.start();
  const context = await browser.context(server.url);
  await signIn(context, server.owner, home);
  storageState = await context.storageState();
  await context.close();
  const entry = report(home, 1, 0);
  await server.data("POST", "/api/scouting/entries", server.owner, entry);
  const picks = await server.data("POST", "/api/scouting/picklists", server.owner, { scoutingTeamId: home.id, season, eventCode, name: "First" });
  ids = {
    ":place": `qual-0-2-red-${playing(2)[0]}`, ":code?": "ABCD2345", ":season": season, ":code": eventCode, ":level": "qual", ":part?": "schedule",
    ":match?": "qual-0-2", ":page?": "channels", "/entry/:id": entry.id, "/entries/:id": entry.id, "/picks/:id": picks.id,
  };
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

/** An address that fits the path of a row. */
function address(path) {
  const number = path.startsWith("/e/") ? "0-2" : 731;
  return path.replace(/\/(entry|entries|picks)\/:id/, (part) => `/${part.split("/")[1]}/${ids[part]}`)
    .split("/").map((part) => (part === ":number" ? number : (ids[part] ?? part))).join("/");
}

/** Opens an address for the first time, and tells what its HTML named and what came how. */
async function visit(path, state) {
  const context = await browser.context(server.url, { storageState: state });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const asked = []; // in order, with who asked for it
  session.on("Network.requestWillBeSent", ({ request, initiator }) => /\/static\/.*\.js$/.test(request.url) && asked.push({ url: request.url, by: initiator.type }));
  const warned = [];
  page.on("console", (message) => /preload/i.test(message.text()) && warned.push(message.text()));
  await page.coverage.startJSCoverage();
  await page.goto(path);
  await page.waitForFunction(() => document.querySelector("#root h1, #root main") && !document.querySelector('[aria-label="Loading"]'));
  const named = await page.evaluate(() => [...document.querySelectorAll('link[rel="modulepreload"]')].map(({ href }) => href));
  const ran = (await page.coverage.stopJSCoverage()).filter(({ functions }) => functions[0].ranges[0].count > 0).map(({ url }) => url);
  await context.close();
  return { named, asked, ran, warned };
}

const short = (urls) => urls.map((url) => url.replace(/.*\/assets\//, "")).sort();

for (const path of routes) {
  test(`${path} names what it loads`, async () => {
    // A page that has nothing to show, as for a place in no match, may be refused something.
    const { named, asked, ran, warned } = await browser.forgiving(/ 40\d /, () => visit(address(path), storageState));
    assert.ok(named.length > 0, "the page names files");
    assert.deepEqual(short(named.filter((url) => !ran.includes(url))), [], "each is used");
    // The console has pages of its own, which it loads when it knows who asks.
    const late = asked.filter(({ url, by }) => by === "script" && !later.test(url) && !named.includes(url) && !path.startsWith("/console"));
    assert.deepEqual(short(late.map(({ url }) => url)), [], "nothing of the page is asked for by a script that had to come first");
    const urls = asked.map(({ url }) => url);
    assert.deepEqual(short(urls.filter((url, i) => urls.indexOf(url) !== i)), [], "nothing is loaded twice");
    assert.deepEqual(warned, []);
  });
}

test("a page that needs somebody names the sign-in for a stranger", async () => {
  const { named, ran } = await visit("/coach");
  assert.ok(short(named).includes("signin-signinpage.js"));
  assert.deepEqual(short(named.filter((url) => !ran.includes(url))), []);
});

test("a scout's form asks for its season before the app has come, and once", async () => {
  const context = await browser.context(server.url, { storageState });
  const page = await context.newPage();
  await page.goto(address("/scout/form/:place"));
  await page.waitForSelector("[data-field]");
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const asked = [];
  session.on("Network.requestWillBeSent", ({ request, initiator }) => request.url.includes("/api/seasons/") && asked.push(initiator.stack?.callFrames[0]?.url));
  const rest = page.waitForResponse(/\/api\/scouting\/assignments/); // it is asked for together with the season
  await page.reload();
  await rest;
  assert.deepEqual(asked.map((url) => url?.replace(/.*\//, "")), ["theme.js"]);
  await context.close();
});

test("no page failed or asked another address", () => browser.assertClean());
