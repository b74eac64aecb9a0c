// A spectator's journey: an FTC event's page on a hall's Wi-Fi, without login, while scores come.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, axe, settled } from "./browser.mjs";
import { heard, leaks } from "./hall.mjs";
import { Server, entry, team, until } from "./server.mjs";
import { figure } from "./figure.mjs";

const code = "USNCRA", path = "/e/2025/" + code;
const hostile = `Robo <img src=x onerror=alert(1)> "Knights" </script><script>alert(2)</script>`;
let server, browser, home;

const day = new Date().toISOString().slice(0, 10);
const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const result = (red, blue) => ({ red: { total: red, auto: 10, teleop: red - 15, endgame: 5, foulPoints: 0 }, blue: { total: blue, auto: 10, teleop: blue - 15, endgame: 5, foulPoints: 0 } });
const match = (matchNumber, change = {}) => ({ matchNumber, scheduledAt: at(8 * (matchNumber - 3)), red: [8569, 9021 + (matchNumber % 3)], blue: [731, 4444 + (matchNumber % 2)], ...change });

before(async () => {
  server = await Server.start({ env: { RATE_LIMIT: "0" } });
  await until(() => server.setupCode, "the server says how to begin");
  home = await team(server, 9021);
  await server.data("POST", "/api/events", server.owner, {
    season: 2025, eventCode: code, name: "Raleigh Qualifier", city: "Raleigh", timezone: "America/New_York", startsOn: day, endsOn: day,
    teams: [{ teamNumber: 8569, name: hostile }, { teamNumber: 731, name: "Wannabee Strange" }],
    matches: [1, 2, 3].map((n) => match(n, { result: result(90 + n, 60 + n) })).concat([4, 5, 6, 7, 8].map((n) => match(n))),
  });
  const scout = await home.join("STUDENT", "Scout Seven");
  await server.data("POST", "/api/scouting/entries", scout.token, entry(home.id, { matchNumber: 4, notes: "CANARY-NOTES" }));
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

const post = (n, red, blue) => server.data("POST", `/api/events/${code}/matches/${n}/result?season=2025`, server.owner, result(red, blue));
const row = (page, name) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: new RegExp("^" + name + ",") }) }).first();
const live = (page) => page.locator('[data-link="connected"]').waitFor({ state: "attached" });

test("the page is there at once on a phone and slow Wi-Fi", async () => {
  const times = [];
  for (let i = 0; i < 3; i++) {
    const context = await browser.context(server.url);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 40, downloadThroughput: 200_000, uploadThroughput: 94_000 });
    await page.addInitScript(() => {
      window.paints = [];
      window.shift = 0;
      new PerformanceObserver((list) => window.paints.push(...list.getEntries().map(({ startTime, element }) => [startTime, element?.outerHTML.slice(0, 60)]))).observe({ type: "largest-contentful-paint", buffered: true });
      new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.shift += one.hadRecentInput ? 0 : one.value))).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(path);
    await live(page);
    const { paints, shift } = await page.evaluate(() => ({ paints: window.paints, shift: window.shift }));
    times.push({ lcp: paints.at(-1)[0] / 1000, shift });
    assert.ok(shift < 0.1, `nothing jumps: layout shift ${shift}`);
    await context.close();
  }
  const { lcp, shift } = times.sort((a, b) => a.lcp - b.lcp)[1];
  figure("public-lcp-seconds", lcp, 1.5);
  figure("public-layout-shift", shift, 0.1);
});

test("without JavaScript the page has what runs, scores, the next matches, ranks, and a way to the rest", async () => {
  const context = await browser.context(server.url, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(path);
  await page.getByRole("heading", { level: 1, name: "Raleigh Qualifier" }).waitFor();
  assert.match(await row(page, "Q3").innerText(), /93\s*63/);
  assert.match(await page.getByRole("table").innerText(), /8569 Robo <img/);
  await page.getByRole("link", { name: "Schedule" }).click();
  assert.match(await row(page, "Q8").innerText(), /8569/);
  await page.goto("/");
  await page.getByRole("link", { name: /Raleigh Qualifier/ }).click();
  await page.getByRole("heading", { level: 1, name: "Raleigh Qualifier" }).waitFor();
  await context.close();
});

test("scores, starts and scouted robots come onto the open page within a second; nothing private does", async () => {
  const context = await browser.context(server.url);
  const all = heard(context);
  const page = await context.newPage();
  await page.goto(path);
  await live(page);
  await row(page, "Q4").locator(".pub-seen", { hasText: "8569" }).waitFor(); // scouted before the page was opened
  await server.data("POST", `/api/events/${code}/matches/4/start?season=2025`, server.owner, {});
  await page.getByRole("heading", { name: "Playing now" }).waitFor();
  await page.locator(".pub-when.runs").filter({ hasText: /^[0-2]:\d\d$/ }).waitFor();
  const posted = Date.now();
  await post(4, 120, 77);
  await row(page, "Q4").getByText("120").waitFor();
  figure("public-score-seconds", (Date.now() - posted) / 1000, 1);
  await post(4, 121, 77); // a correction
  await row(page, "Q4").getByText("121").waitFor();
  await server.data("POST", "/api/scouting/entries", server.owner, entry(home.id, { matchNumber: 5, scoutedTeamNumber: 731, alliance: "BLUE" }));
  await row(page, "Q5").locator(".pub-seen", { hasText: "731" }).waitFor();
  await page.getByRole("link", { name: "Rankings" }).first().click();
  await page.getByRole("cell", { name: /8569/ }).waitFor();
  await page.getByRole("link", { name: "Ratings" }).click();
  await settled(page);
  await until(() => all.some((one) => one.startsWith("frame") && one.includes("match:completed")), "the score came by the socket");
  assert.deepEqual(leaks(all), []);
  await context.close();
});

test("with the socket cut for a while nothing is missing", async () => {
  const context = await browser.context(server.url);
  let cut = false;
  const open = [];
  await context.routeWebSocket(/\/app\//, (socket) => {
    if (cut) return socket.close();
    socket.connectToServer();
    open.push(socket);
  });
  const page = await context.newPage();
  await page.goto(path);
  await live(page);
  cut = true;
  for (const socket of open) await socket.close();
  await page.locator('[data-link="connected"]').waitFor({ state: "detached" });
  await post(5, 88, 99);
  await row(page, "Q5").getByText("88").waitFor(); // by asking
  await post(6, 70, 101);
  cut = false;
  await row(page, "Q6").getByText("101").waitFor();
  for (const [name, red] of [["Q4", "121"], ["Q5", "88"], ["Q6", "70"]]) assert.match(await row(page, name).innerText(), new RegExp(red));
  await context.close();
});

test("the table sorts, filters and follows a team, and the address keeps it", async () => {
  const context = await browser.context(server.url, { screen: "laptop", colors: "light" });
  const page = await context.newPage();
  await page.goto(path + "/rankings");
  await settled(page);
  await page.getByRole("button", { name: "Team", exact: true }).click();
  await until(async () => /^\s*\d+\s+731/.test(await page.getByRole("row").nth(1).innerText().then((text) => text.replace(/☆|★/g, ""))), "731 comes first");
  await page.getByRole("button", { name: "Follow team 8569" }).click();
  await page.getByLabel("Number or name").fill("Knights");
  await until(async () => (await page.getByRole("row").count()) === 2, "one team is left");
  await page.reload();
  await settled(page);
  assert.equal(await page.getByRole("row").count(), 2);
  await page.getByRole("button", { name: "Stop following team 8569" }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const text = await (await import("node:fs/promises")).readFile(await file.path(), "utf8");
  assert.match(text, /^Rank,Team,.*\r\n\d+,8569,"Robo <img src=x onerror=alert\(1\)> ""Knights""/);
  await page.getByRole("link", { name: "Schedule" }).click();
  await context.close();
});

test("a match, a team and the search", async () => {
  const context = await browser.context(server.url);
  const page = await context.newPage();
  await page.goto(path + "/m/qual/0-1");
  await page.getByRole("heading", { name: "Qualification 1", level: 1 }).waitFor();
  assert.match(await page.getByRole("row", { name: /Total/ }).innerText(), /91\s*61/);
  await axe(page);
  await page.getByRole("link", { name: /731/ }).first().click();
  await page.getByRole("heading", { name: "731 Wannabee Strange" }).waitFor();
  await settled(page);
  await axe(page);
  await page.goto("/t");
  await page.getByLabel("Number, name or city").fill("wannabee");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: "731 Wannabee Strange" }).waitFor();
  await axe(page);
  await context.close();
});

test("another site may frame the event's page, and no other page", async () => {
  const policy = async (at) => (await fetch(server.url + at, { headers: { Accept: "text/html" } })).headers;
  assert.match((await policy(path + "?embed=1")).get("content-security-policy"), /frame-ancestors \*/);
  assert.equal((await policy(path + "?embed=1")).get("x-frame-options"), null);
  for (const at of [path, "/?embed=1", "/me?embed=1", "/t?embed=1", "/setup?embed=1"]) assert.match((await policy(at)).get("content-security-policy"), /frame-ancestors 'none'/, at);
  const context = await browser.context(server.url, { screen: "laptop" });
  const page = await context.newPage();
  await page.goto(path + "?embed=1");
  await row(page, "Q3").waitFor();
  await page.getByRole("link", { name: "Rankings" }).click();
  await page.getByRole("cell", { name: /8569/ }).waitFor();
  assert.equal(await page.getByRole("banner").getByText("Sign in").count(), 0, "no frame of the app in a frame");
  assert.match(page.url(), /embed=1/);
  await context.close();
});

test("an unknown event helps", async () => {
  const context = await browser.context(server.url);
  const page = await context.newPage();
  const answer = await browser.forgiving(/404/, async () => {
    const answer = await page.goto("/e/2025/NOWHERE");
    await page.getByRole("heading", { name: "This is not here" }).waitFor();
    await settled(page);
    return answer;
  });
  assert.equal(answer.status(), 404);
  await page.getByRole("link", { name: "All FTC events" }).click();
  await page.getByRole("link", { name: /Raleigh Qualifier/ }).waitFor();
  await context.close();
});

for (const [screen, colors] of [["phone", "dark"], ["laptop", "light"], ["tablet", "dark"], ["phone", "light"]]) {
  test(`every part is open to all, ${screen}, ${colors}`, async () => {
    const context = await browser.context(server.url, { screen, colors });
    const page = await context.newPage();
    for (const part of ["", "/schedule", "/rankings", "/playoffs", "/ratings", "/hall"]) {
      await page.goto(path + part);
      await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[aria-label="Loading"]'));
      await axe(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${part} is ${wide} px too wide on a ${screen}`);
    }
    await page.goto(path);
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    await axe(page);
    await context.close();
  });
}

test("the pages neither fail nor leave our address", () => browser.assertClean());
