// The app in a real browser: the first run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser;

before(async () => {
  server = await Server.start({ first: true });
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  await server.stop();
});

test("the first owner sets the server up in a browser", async () => {
  const context = await browser.context(server.url, { screen: "laptop", colors: "light" });
  const page = await context.newPage();
  await page.goto("/setup?code=" + server.setupCode);
  await page.getByLabel("Your name").fill("Coach <img src=x onerror=alert(1)>");
  assert.ok(!page.url().includes(server.setupCode), "the code leaves the address bar");
  await axe(page);
  await page.getByRole("button", { name: "Create the owner" }).click();
  await page.getByLabel("FTC team number").waitFor();
  server.owner = await page.getByRole("status", { name: "Your token" }).textContent();
  assert.match(server.owner, /^ftc_owner_/);
  assert.match((await server.data("GET", "/api/me", server.owner)).displayName, /^Coach <img/);
  await axe(page);
  await page.getByLabel("FTC team number").fill("8569");
  await page.getByRole("button", { name: "Create the team" }).click();
  const code = await page.getByRole("status", { name: "Invite code" }).textContent();
  await axe(page);
  const joined = await server.data("POST", "/api/join", undefined, { code, displayName: "Scout 7" });
  assert.equal(joined.team.teamNumber, 8569);
  await page.getByRole("button", { name: "To the app" }).click();
  await page.getByRole("heading", { name: "Hello, Coach <img" }).waitFor();
  await settled(page);
  await axe(page);
  await context.close();
});

test("a server that was set up says so", async () => {
  const context = await browser.context(server.url);
  const page = await context.newPage();
  await page.goto("/setup?code=" + server.setupCode);
  await page.getByLabel("Your name").fill("Second");
  await browser.forgiving(/403 .*\/api\/setup/, async () => {
    await page.getByRole("button", { name: "Create the owner" }).click();
    await page.getByRole("alert").filter({ hasText: "has been set up" }).waitFor();
  });
  await axe(page);
  await context.close();
});

test("an address without a page says so, with a way on", async () => {
  const context = await browser.context(server.url);
  const page = await context.newPage();
  await browser.forgiving(/404/, () => page.goto("/nothing-here"));
  await page.getByRole("link", { name: "To the start page" }).click();
  await page.getByRole("heading", { name: "FTC events" }).waitFor();
  await settled(page);
  await axe(page);
  await context.close();
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
