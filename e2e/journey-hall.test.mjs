// A full hall: two hundred sockets and as many pages at one FTC event, and nothing private in any of them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { figure } from "./figure.mjs";
import { heard, leaks } from "./hall.mjs";
import { PusherServer, Server, entry, subscribe, team, until } from "./server.mjs";

const code = "USNCRA", path = "/e/2025/" + code;
let server, browser, home;

const side = (total) => ({ total, auto: 10, teleop: total - 15, endgame: 5, foulPoints: 0 });
const post = (n, red, blue) => server.data("POST", `/api/events/${code}/matches/${n}/result?season=2025`, server.owner, { red: side(red), blue: side(blue) });
const row = (page, name) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: new RegExp("^" + name + ",") }) }).first();
const live = (page) => page.locator('[data-link="connected"]').waitFor({ state: "attached" });

before(async () => {
  server = await Server.start({ env: { RATE_LIMIT: "0" } });
  await until(() => server.setupCode, "the server says how to begin");
  home = await team(server, 9021);
  await server.data("POST", "/api/events", server.owner, {
    season: 2025, eventCode: code, name: "Raleigh Qualifier", timezone: "America/New_York", teams: [{ teamNumber: 8569, name: "Robo Knights" }],
    matches: [4, 7, 8].map((matchNumber) => ({ matchNumber, red: [8569, 9021], blue: [731, 4444] })),
  });
  const scout = await home.join("STUDENT", "Scout Seven");
  await server.data("POST", "/api/scouting/entries", scout.token, entry(home.id, { matchNumber: 4, notes: "CANARY-NOTES" }));
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

test("two hundred sockets and as many pages: a score reaches every one of them, and nothing private does", async () => {
  const many = 200;
  const context = await browser.context(server.url);
  const tabs = [];
  for (let i = 0; i < 4; i++) {
    const page = await context.newPage();
    await page.goto(path);
    await live(page);
    tabs.push(page);
  }
  const clients = Array.from({ length: many }, () => server.client());
  try {
    const frames = clients.map(() => []);
    const pages = Promise.all(clients.map(async () => {
      const answer = await fetch(server.url + path, { headers: { Accept: "text/html" } });
      assert.equal(answer.status, 200);
      return answer.text();
    }));
    await Promise.all(clients.map(async (client, i) => {
      const channel = await subscribe(client, `event-2025-${code}`);
      channel.bind_global((name, data) => frames[i].push({ name, text: JSON.stringify(data), at: Date.now() }));
    }));
    for (const html of await pages) assert.ok(html.includes("Raleigh Qualifier"));
    const posted = Date.now();
    await post(7, 143, 12);
    const score = (list) => list.find(({ name, text }) => name === "match:completed" && JSON.parse(text).matchNumber === 7);
    await until(() => frames.every(score), "everybody has the score", 30_000);
    figure("public-200-sockets-seconds", (Math.max(...frames.map((list) => score(list).at)) - posted) / 1000, 1);
    for (const page of tabs) await row(page, "Q7").getByText("143").waitFor();
    const said = [...frames.flat().map(({ name, text }) => `frame ${name} ${text}`), ...(await pages)];
    assert.ok(frames.flat().length >= many);
    assert.deepEqual(leaks(said), []);
  } finally {
    for (const client of clients) client.disconnect();
  }
  await context.close();
});

test("the detectors find what is planted, in a frame and in an answer", async () => {
  const context = await browser.context(server.url);
  const all = heard(context);
  const page = await context.newPage();
  await page.route(`**/api/events/${code}/rankings**`, async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    body.data.teams[0].scouter = "Scout Seven";
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto(path);
  await live(page);
  assert.deepEqual(leaks(all), [], "nothing so far");
  const { appId, appKey, appSecret } = JSON.parse(await readFile(join(server.dir, "secrets.json"), "utf8"));
  const { hostname, port } = new URL(server.url);
  const hub = new PusherServer({ appId, key: appKey, secret: appSecret, host: hostname, port, useTLS: false });
  await hub.trigger(`event-2025-${code}`, "scouting:new-entry", { season: 2025, eventCode: code, level: "qual", matchNumber: 4, scoutedTeamNumber: 8569, notes: "CANARY-NOTES" });
  await until(() => leaks(all).some((one) => one.startsWith("frame")), "the planted frame");
  await post(8, 101, 77); // the page asks for the rankings anew
  await until(() => leaks(all).some((one) => one.includes("/rankings")), "the planted answer", 20_000);
  await until(() => browser.broken.some((fault) => fault.includes("rankings")) && browser.broken.some((fault) => fault.includes("new-entry")), "both break the contract, too");
  await page.unrouteAll({ behavior: "wait" });
  await context.close();
  await until(() => browser.holding.size === 0, "all is compared");
  browser.broken = [];
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
