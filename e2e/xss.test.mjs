// Scripts in what people write: names, notes, remarks, pit reports, pick lists and an FTC event's own texts are all
// attacks, and every screen that shows them is visited. Nothing runs, and the pages' policy has nothing to report.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, settled } from "./browser.mjs";
import { linked, meet, report, season, signIn } from "./coach.mjs";
import { Server, until } from "./server.mjs";

const image = "<img src=x onerror=hit(1)>";
const attacks = [image, "</script><script>hit(2)</script>", `"><svg onload=hit(3)>`, "'-hit(4)-'", "{{constructor.constructor('hit(5)')()}}", "${hit(6)}", "javascript:hit(7)"];
const long = attacks.join(" ");
let server, browser, home, token, made, list;

before(async () => {
  server = await Server.start({ env: { RATE_LIMIT: "0" } });
  browser = await Browser.start();
  home = await meet(server, { names: [image, attacks[2]], role: "MENTOR" });
  token = home.lead.token;
  const at = { season, eventCode: home.code };
  await server.data("POST", "/api/events", server.owner, {
    ...at, name: long, city: image, venue: attacks[1], teams: home.robots.map((teamNumber) => ({ teamNumber, name: image + attacks[1], city: attacks[2] })),
    matches: [1, 2, 3, 4].map((n) => ({ matchNumber: n, description: image, field: attacks[3], red: [731, 8569], blue: [9021, 6183], ...(n < 3 ? { result: { red: { total: 10 }, blue: { total: 20 } } } : {}) })),
  });
  await server.data("PATCH", `/api/user-teams/${home.id}`, token, { name: image + attacks[2] });
  await server.data("PATCH", "/api/me", token, { displayName: attacks[1] });
  await server.data("POST", `/api/user-teams/${home.id}/devices`, token, { label: image });
  for (const scout of Object.values(home.scouts)) {
    made = await server.data("POST", "/api/scouting/entries", scout.token, report({ ...home, code: home.code }, 1, 0, {}, { notes: long, alliance: "RED", scoutedTeamNumber: 731 }));
    await server.data("PATCH", `/api/scouting/entries/${made.id}`, scout.token, { rev: 1, notes: `${long} ${attacks[0]}` });
  }
  await server.data("POST", "/api/scouting/notes", token, { scoutingTeamId: home.id, ...at, scoutedTeamNumber: 731, text: long });
  await server.data("PUT", "/api/scouting/pit", token, { scoutingTeamId: home.id, season, scoutedTeamNumber: 731, drivetrain: "TANK", text: long });
  list = await server.data("POST", "/api/scouting/picklists", token, { scoutingTeamId: home.id, ...at, name: image });
});
after(async () => {
  await browser?.stop();
  await server?.stop();
});

/** Has every page of a context tell of scripts that ran and of what its policy refused. */
async function watched(options) {
  const context = await browser.context(server.url, { screen: "laptop", ...options });
  const told = [];
  await context.exposeFunction("hit", (n) => told.push(`attack ${n} ran`));
  await context.exposeFunction("refused", (text) => told.push(text));
  await context.addInitScript(() => document.addEventListener("securitypolicyviolation", (e) => window.refused(`${e.violatedDirective} refused ${e.blockedURI} at ${location.pathname}`)));
  context.on("page", (page) => page.on("dialog", (dialog) => { told.push("dialog " + dialog.message()); dialog.dismiss(); }));
  return { context, told };
}

/** What of the attacks became elements of the page. */
const elements = (page) => page.evaluate(() => [...document.querySelectorAll("img[onerror], img[src=x], svg[onload], [href^='javascript:']")].map((e) => e.outerHTML));

async function visit(page, path, shows) {
  await page.goto(path);
  await settled(page);
  if (shows) await page.locator("#content", { hasText: shows }).waitFor().catch(() => assert.fail(`${path} does not show ${shows}`));
  assert.deepEqual(await elements(page), [], path);
}

test("public pages: what an FTC event's file says is text", async () => {
  const { context, told } = await watched();
  const page = await context.newPage();
  await visit(page, `/e/${season}/${home.code}`, image);
  await visit(page, "/t/731", image);
  await visit(page, "/", image);
  assert.deepEqual(told, []);
  await context.close();
  // As it goes out, before any script of ours has run.
  const raw = await (await fetch(`${server.url}/e/${season}/${home.code}`, { headers: { Accept: "text/html" } })).text();
  assert.ok(raw.includes("onerror") && !raw.includes(image) && !raw.includes(attacks[1]) && !raw.includes("<svg onload"), "the page's HTML has the name, escaped");
});

test("a team's pages: names, notes, remarks, pit reports, lists", async () => {
  const { context, told } = await watched();
  const page = await signIn(context, token, home);
  const at = `?season=${season}&event=${home.code}`;
  await page.goto("/coach");
  await linked(page);
  for (const [path, shows] of [
    ["/coach", image], ["/coach/entries", image], [`/coach/entries/${made.id}`, image], ["/coach/coverage"], ["/coach/assignments"], ["/coach/accuracy"], ["/coach/quarantine"],
    ["/team", image], ["/team/devices", image], ["/team/settings"], ["/team/invites"], ["/me"], ["/scout"], ["/scout/events"],
    [`/analysis${at}`], [`/analysis/robots/731${at}`, "onerror"], [`/analysis/compare${at}&robots=731,8569`], [`/analysis/brief${at}`], [`/analysis/picks${at}`, image], [`/analysis/picks/${list.id}`, image],
  ]) await visit(page, path, shows);
  // Live, too: what comes by the socket onto an open page.
  await page.goto("/coach");
  await linked(page);
  const live = await server.data("POST", "/api/scouting/entries", Object.values(home.scouts)[0].token, report(home, 2, 0, {}, { notes: long + " live", alliance: "RED", scoutedTeamNumber: 8569 }));
  await page.locator(`[data-entry="${live.id}"]`).waitFor();
  assert.deepEqual(await elements(page), []);
  assert.deepEqual(told, []);
  await context.close();
});

test("the control: what is let in by hand is noticed", async () => {
  const { context, told } = await watched();
  const page = await context.newPage();
  await page.goto(`/e/${season}/${home.code}`);
  await settled(page);
  // Until its context is closed: what a page notes after that, nobody hears.
  await browser.forgiving(/Content Security Policy|404|x/, async () => {
    const asked = page.waitForResponse((answer) => answer.url().endsWith("/x"));
    await page.evaluate((html) => (document.body.insertAdjacentHTML("beforeend", html)), image);
    await asked;
    await until(() => told.length, "the policy tells");
    assert.equal((await elements(page)).length, 1);
    await context.close();
  });
  assert.ok(told.some((line) => line.startsWith("script-src") || line.startsWith("default-src")), `the policy tells: ${told}`);
});

test("no page failed", () => browser.assertClean());
