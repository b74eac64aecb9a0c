// A newer program takes the old one's place while tablets have the app open; and what one person was shown is not kept for the next.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { axe, Browser, settled } from "./browser.mjs";
import { report, meet as rivals, signIn } from "./coach.mjs";
import { assign, chooseEvent, entriesOf, joinIn, meet } from "./scouts.mjs";
import { Server } from "./server.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const canary = "CANARY";
let dir, newer, server, browser, home;

/** Builds the program with another build of the app in it: one word of its HTML differs, and so does its version. */
async function build(folder) {
  const page = join(root, "web/dist/index.html");
  const changed = (await readFile(page, "utf8")).replace("<head>", '<head><meta name="build" content="newer">');
  await writeFile(join(folder, "index.html"), changed);
  await writeFile(join(folder, "overlay.json"), JSON.stringify({ Replace: { [page]: join(folder, "index.html") } }));
  const program = join(folder, "ftcmetrics");
  const flags = ["build", "-trimpath", "-ldflags=-s -w", "-overlay", join(folder, "overlay.json"), "-o", program, "./cmd/ftcmetrics"];
  await promisify(execFile)("go", flags, { cwd: root, env: { ...process.env, CGO_ENABLED: "0" } });
  return program;
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "ftcmetrics-update-"));
  newer = await build(dir);
  server = await Server.start({ dir: join(dir, "data") });
  browser = await Browser.start();
  home = await meet(server);
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

const version = (page) => page.evaluate(() => document.querySelector('script[src*="/static/"]').src.split("/static/")[1].split("/")[0]);
const badge = (page, text) => page.getByRole("status").filter({ hasText: text }).first().waitFor();

test("a newer version is offered, waits to be taken, and finds drafts and outbox as they were", { timeout: 150_000 }, async () => {
  const context = await browser.context(server.url);
  const me = await joinIn(context, server, home, "Ada");
  await assign(server, home, me.id, 3);
  const page = await context.newPage();
  await page.clock.install();
  await chooseEvent(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const old = await version(page);
  await browser.forgiving(/ERR_|WebSocket|Failed to fetch|50[234]/, async () => {
    await context.route("**/api/scouting/entries/batch", (route) => route.abort());
    await page.locator("[data-next] a").tap();
    await page.locator('[data-field="autoHiveTipCount"] button').first().tap();
    await page.locator('[data-phase="endgame"]').tap();
    await page.locator('[data-go="save"]').tap();
    await badge(page, "1 waiting");
    await page.waitForFunction(() => document.querySelector("[data-next] b")?.textContent === "Q2");
    await page.locator("[data-next] a").tap();
    for (let i = 0; i < 3; i++) await page.locator('[data-field="autoHiveTipCount"] button').first().tap();
    await page.getByRole("button", { name: "Back, the draft is kept" }).tap();
    await page.getByText("begun and not saved").waitFor();

    const { host } = new URL(server.url);
    await server.stop();
    server = Object.assign(await Server.start({ dir: join(dir, "data"), program: newer, env: { HTTP_ADDR: host } }), { owner: server.owner, setupCode: server.setupCode });
    await page.clock.fastForward("31:00"); // the app looks for a newer version every half hour
    await page.getByText("There is a new version").waitFor();
    assert.equal(await version(page), old, "nothing happens by itself");
    const fresh = await context.newPage();
    await fresh.goto("/scout");
    await settled(fresh);
    await fresh.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()).waiting);
    await fresh.waitForLoadState("networkidle");
    assert.notEqual(await version(fresh), old, "a page that is opened now is new");
    assert.equal(await fresh.getByText("There is a new version").count(), 0, "and is offered nothing");
    await fresh.close();
    await page.bringToFront();
    await axe(page);
    await page.getByRole("button", { name: "Reload" }).tap();
    await page.locator('meta[name="build"][content="newer"]').waitFor({ state: "attached" });
    await settled(page);
    assert.notEqual(await version(page), old);
    await page.waitForFunction(async (now) => (await caches.keys()).join() === `app-${now}`, await version(page));
    await page.getByText("There is a new version").waitFor({ state: "detached" });
    await badge(page, "1 waiting");
    await page.getByRole("link", { name: "Go on where you stopped" }).tap();
    await page.waitForFunction(() => /\b3\b/.test(document.querySelector('[data-field="autoHiveTipCount"] [data-value]')?.textContent));
    await page.locator('[data-phase="endgame"]').tap();
    await context.unroute("**/api/scouting/entries/batch");
    await page.locator('[data-go="save"]').tap();
    await badge(page, "All sent");
  });
  const sent = (await entriesOf(server, home)).map(({ matchNumber, data }) => [matchNumber, data.autoHiveTipCount]);
  assert.deepEqual(sent, [[1, 1], [2, 3]], "both, each once");
  await context.close();
});

test("after one has signed out the next sees nothing of theirs, with and without a network", async () => {
  const ours = await rivals(server, { number: 731, names: ["Ada " + canary] });
  const theirs = await rivals(server, { number: 9021, names: ["Zoe"], code: "MEET-8" });
  await server.data("POST", "/api/scouting/entries", ours.scouts["Ada " + canary].token, report(ours, 1, 0, {}, { notes: canary }));
  const context = await browser.context(server.url, { screen: "laptop" });
  const page = await signIn(context, ours.lead.token, ours);
  const screens = ["/", "/coach", "/coach/entries", "/team", "/scout", "/analysis"];
  const seen = async () => {
    let text = "";
    for (const path of screens) {
      await page.goto(path);
      await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[aria-label="Loading"]'));
      text += await page.content();
    }
    return text;
  };
  assert.ok((await seen()).includes(canary), "who may see it does");
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await page.goto("/me");
  await page.getByRole("button", { name: "Sign out" }).last().click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "FTC events" }).waitFor();
  assert.ok(!(await page.content()).includes(canary), "nobody sees nothing");
  // The next person signs in on the very same page, which nothing has loaded anew.
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await page.getByText("Token", { exact: true }).click();
  await page.getByLabel("Token", { exact: true }).last().fill(theirs.scouts.Zoe.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  for (const name of ["Coach", "Team", "Scout", "Analysis"]) {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
    await settled(page);
    assert.ok(!(await page.content()).includes(canary), name);
  }
  await browser.forgiving(/ERR_|WebSocket|Failed to fetch|40[34]/, async () => {
    for (const network of ["with", "without"]) {
      await context.setOffline(network === "without");
      for (const path of screens) {
        await page.goto(path);
        await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[aria-label="Loading"]'));
        assert.ok(!(await page.content()).includes(canary), `${path} ${network} a network`);
      }
    }
    const kept = await page.evaluate(async () => {
      const urls = [];
      for (const name of await caches.keys()) urls.push(...(await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname));
      return urls;
    });
    assert.ok(kept.length > 10 && kept.every((path) => path.startsWith("/static/")), "the worker keeps the app and nothing else");
    const known = await page.evaluate(async (path) => {
      try {
        return await (await fetch(path, { cache: "only-if-cached", mode: "same-origin" })).text();
      } catch {
        return "";
      }
    }, `/api/scouting/entries?scoutingTeamId=${ours.id}&limit=200`);
    assert.equal(known, "", "nor does the browser");
    await context.setOffline(false);
  });
  await context.close();
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
