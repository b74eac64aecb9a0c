// That every answer and every frame in the browser's tests is held against /openapi.json, and that what breaks it is found.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Browser, settled } from "./browser.mjs";
import { linked, meet, report, signIn } from "./coach.mjs";
import { Contract } from "./contract.mjs";
import { PusherServer, Server, until } from "./server.mjs";

let server, browser, home, api;

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  home = await meet(server);
  const { appId, appKey, appSecret } = JSON.parse(await readFile(join(server.dir, "secrets.json"), "utf8"));
  const { hostname, port } = new URL(server.url);
  api = new PusherServer({ appId, key: appKey, secret: appSecret, host: hostname, port, useTLS: false });
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

/** What is found broken while run runs, and after it; it is then forgotten. */
async function broken(run, enough) {
  await run();
  await until(() => enough(browser.broken), "the broken promise is found: " + browser.broken);
  return browser.broken.splice(0);
}

test("a coach's page: answers and frames are compared, and all are as promised", async () => {
  const page = await signIn(await browser.context(server.url, { screen: "laptop" }), home.lead.token, home);
  await page.goto("/coach");
  await linked(page);
  await settled(page);
  const { id } = await server.data("POST", "/api/scouting/entries", home.scouts.Ada.token, report(home, 1, 0));
  await page.locator(`[data-entry="${id}"]`).waitFor();
  await until(() => browser.held.frames > 2 && browser.held.answers > 4, "answers and frames were compared");
  await browser.assertClean();
  await page.context().close();
});

test("an answer with a field that is not documented, without one that is, or of another kind is found", async () => {
  const page = await signIn(await browser.context(server.url, { screen: "laptop" }), home.lead.token, home);
  for (const [what, change] of [
    ["a field too many", (body) => (body.data[0].scouter.email = "kid@example.org")],
    ["a field that is missing", (body) => delete body.data[0].rev],
    ["a text for a number", (body) => (body.data[0].totalScore = "12")],
    ["an id that is none", (body) => (body.data[0].id = "7")],
  ]) {
    await page.route("**/api/scouting/entries?**", async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      change(body);
      await route.fulfill({ response: answer, json: body });
    });
    const found = await broken(() => page.goto("/coach"), (all) => all.length > 0);
    assert.match(found[0], /GET \/api\/scouting\/entries: 200: \/data\/0/, what);
    await page.unrouteAll({ behavior: "wait" }); // one may be on its way
    await until(() => browser.holding.size === 0, "all is compared");
    browser.broken = [];
  }
  await page.context().close();
});

test("a frame that says more than its event may, on another channel, or of no event is found", async () => {
  const page = await (await browser.context(server.url)).newPage();
  await page.goto(`/e/2025/${home.code}`);
  await linked(page);
  const channel = `event-2025-${home.code}`;
  const fine = { id: crypto.randomUUID(), seq: 900, at: new Date().toISOString(), season: 2025, eventCode: home.code, level: "qual", matchNumber: 1, scoutedTeamNumber: 731 };
  const contract = await Contract.of(server.url);
  const frame = (event, data) => contract.frame(JSON.stringify({ event, channel, data: JSON.stringify(data) }));
  assert.equal(frame("scouting:new-entry", fine), undefined, "the sample itself is as promised");
  for (const [name, data, fault] of [
    ["scouting:new-entry", { ...fine, scouter: { displayName: "CANARY" } }, /new-entry .*scouter/],
    ["scouting:new-entry", { ...fine, seq: undefined }, /new-entry .*seq/],
    ["scouting:entry-deleted", { ...fine }, /none of its channels/],
    ["scouting:made-up", {}, /no such event/],
  ]) {
    const found = await broken(() => api.trigger(channel, name, data), (all) => all.length > 0);
    assert.match(found[0], fault);
  }
  await page.context().close();
  await until(() => browser.holding.size === 0, "all is compared");
  browser.broken = [];
});

test("an answer to a program is held, too", async () => {
  const odd = Object.assign(new Server(), { url: server.url, contract: Promise.resolve({ answer: () => "not as promised" }) });
  await assert.rejects(odd.call("GET", "/api/health"), /not as promised/);
  const contract = await Contract.of(server.url);
  const health = (body, type = "application/json", status = 200) => contract.answer("GET", "/api/health", status, type, JSON.stringify(body));
  const { body } = await server.call("GET", "/api/health");
  assert.equal(health(body), undefined);
  assert.match(health({ ...body, data: { ...body.data, host: "hall" } }), /unevaluated/);
  assert.match(health(body, "text/plain"), /text\/plain is not documented/);
  assert.match(health(body, "application/json", 201), /201 is not documented/);
  assert.match(contract.answer("GET", "/api/secret", 200, "application/json", "{}"), /no such operation/);
});
