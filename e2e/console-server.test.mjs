// The console's pages about the server, with a hub elsewhere that refuses an event: an operator sees it, sends it
// again, and a stock pusher-js hears it; keeps somebody out and lets them in; and walks all pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, axe, settled } from "./browser.mjs";
import { address } from "./ports.mjs";
import { Server, next, subscribe, team, until } from "./server.mjs";

const app = { REALTIME_APP_ID: "shared", REALTIME_APP_KEY: "shared-key", REALTIME_APP_SECRET: "0123456789abcdef0123456789abcdef" };
const pages = ["relay", "letters", "sync", "users", "teams", "tokens", "audit", "server"];
const shots = process.env.SHOTS; // a folder for pictures of all pages

let hub, server, browser, squad;

const startHub = (address, size) => Server.start({ args: ["hub"], env: { ...app, HUB_ADDR: address, HUB_MAX_EVENT_KB: size } });

before(async () => {
  hub = await startHub(await address(), "1");
  const port = hub.hub.split(":").at(-1);
  server = await Server.start({ env: { ...app, REALTIME_DRIVER: "soketi", SOKETI_HOST: "127.0.0.1", SOKETI_PORT: port, RATE_LIMIT: "0", FTC_API_USERNAME: "scout", FTC_API_TOKEN: "CANARY", FTC_API_URL: "http://127.0.0.1:9" } });
  squad = await team(server);
  await squad.join("STUDENT", "Scout 7");
  browser = await Browser.start();
});

after(async () => {
  await browser?.stop();
  await server?.stop();
  await hub?.stop();
});

async function open(path, screen = "laptop", colors = "light") {
  const context = await browser.context(server.url, { screen, colors });
  await context.addCookies([{ name: "ftc_session", value: server.owner, url: server.url }]);
  const page = await context.newPage();
  await page.addInitScript((me) => localStorage.setItem("ftc.me", JSON.stringify(me)), await server.data("GET", "/api/me", server.owner));
  await page.goto(path);
  await settled(page);
  return page;
}

const letters = () => server.data("GET", "/api/operator/dead-letters", server.owner);

test("a dead letter is sent again from the console, and pusher-js hears it", async () => {
  const text = "long ".repeat(300);
  await until(async () => (await server.data("GET", "/api/operator/relay", server.owner)).log.sinks?.[0]?.leader, "the server relays", 30_000);
  await server.data("POST", "/api/socket/broadcast", server.owner, { channel: "hall", name: "lunch", data: { text } });
  await until(async () => (await letters()).count === 1, "the hub refuses it", 30_000);
  const page = await open("/console/letters");
  await page.getByText("1 dead letter").waitFor();
  assert.ok(!(await page.locator("#content").textContent()).includes("long long"), "what the event carries is not shown");

  const address = hub.hub;
  await hub.stop();
  hub = await startHub(address, "10");
  const elsewhere = Object.assign(Object.create(Server.prototype), { ...server, hub: address, key: app.REALTIME_APP_KEY }).client();
  const heard = next(await subscribe(elsewhere, "hall"), "lunch");
  await page.getByRole("button", { name: /^Send again: lunch/ }).click();
  await page.getByText("1 dead letter will be sent again").waitFor();
  assert.equal((await heard).text, text);
  await page.getByText("No dead letters").waitFor();
  elsewhere.disconnect();

  await page.goto("/console/relay");
  await page.getByText("Relaying").waitFor();
  await browser.assertClean();
  await page.context().close();
});

test("an operator keeps somebody out, takes it back, and signs a device out", async () => {
  const page = await open("/console/users?search=scout");
  await page.getByRole("button", { name: "Disable Scout 7" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel", "Enter does not confirm by accident");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await page.getByText("Scout 7 is disabled").waitFor();
  await until(async () => (await server.data("GET", "/api/operator/users?only=disabled", server.owner)).length === 1, "disabled");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Scout 7 may come in again").waitFor();
  assert.equal((await server.data("GET", "/api/operator/users?only=disabled", server.owner)).length, 0);

  await page.getByRole("link", { name: /where Scout 7 is signed in/ }).click();
  await page.getByRole("button", { name: /^Sign out: Scout 7/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Scout 7 is signed out there").waitFor();
  await page.getByText("No token fits").waitFor();
  await page.goto("/console/audit?action=token.revoked");
  await page.getByText("token.revoked").first().waitFor();
  await browser.assertClean();
  await page.context().close();
});

for (const [screen, colors] of [["phone", "dark"], ["laptop", "light"]]) {
  test(`all pages, ${screen} ${colors}`, async () => {
    const page = await open("/console/relay", screen, colors);
    for (const at of pages) {
      await page.goto("/console/" + at);
      await settled(page);
      await page.locator("#content table, #content .border-dashed").first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 1, `${at} is ${wide} px too wide`);
      if (shots) await page.screenshot({ path: `${shots}/${at}-${screen}.png`, fullPage: true });
      await axe(page, `${at} ${screen}`);
    }
    await browser.assertClean();
    await page.context().close();
  });
}

test("by keyboard alone from page to page", async () => {
  const page = await open("/console");
  for (const [letter, title] of [["r", "Relay"], ["d", "Dead letters"], ["y", "Official results"], ["u", "People"], ["t", "Teams"], ["k", "Tokens"], ["a", "Audit log"], ["s", "Server"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
  await page.getByText("EVENT_RETENTION").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("retention");
  await page.getByText("EVENT_RETENTION").waitFor();
  await page.getByText("REDIS_URL").waitFor({ state: "detached" });
  await browser.assertClean();
  await page.context().close();
});
