// Journey 10, the debug log: a refusal shows its reason, one click traces a channel, a line is copied as a command;
// and the keyboard alone reaches everything in the console.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Operator } from "./operator.mjs";
import { subscribe, until } from "./server.mjs";

let operator, server, browser, home, page;

before(async () => {
  operator = await Operator.start();
  ({ server, browser, home, page } = operator);
});
after(() => operator?.stop());

test("a refused subscription is in the debug log with its reason; one click traces a channel", async () => {
  await operator.open("/console/log", "Debug log");
  await page.locator("[data-live=true]").waitFor();
  const stranger = await server.data("POST", "/api/user-teams", home.lead.token, { teamNumber: 9999 });
  await assert.rejects(subscribe(operator.client(home.scouts.Ada.token), `private-team-${stranger.id}`));
  const line = page.locator("[data-kind=refused]").first();
  await line.getByText(`private-team-${stranger.id}`).waitFor();
  await line.getByText(/You may not join this channel/).waitFor();
  await line.getByRole("button").first().click();
  await operator.axe();
  await line.getByRole("button", { name: "Copy as curl" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`pusher/auth.*private-team-${stranger.id}`, "s"));
  await line.getByRole("button", { name: "Copy as pusher-js" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`new Pusher\\("${server.key}"`));
  // Paused, nothing moves; what came meanwhile is there afterwards.
  await page.getByRole("button", { name: "Pause" }).click();
  const before = await page.locator("[data-kind]").count();
  await subscribe(operator.client(), "event-PAUSED");
  await page.getByText(/Paused, [1-9]/).waitFor();
  assert.equal(await page.locator("[data-kind]").count(), before);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.locator("[data-kind=subscribe]").filter({ hasText: "event-PAUSED" }).first().waitFor();
  // From the list of channels, by one click: that channel alone.
  await operator.open("/console/channels", "Channels");
  await page.getByRole("link", { name: "Trace event-PAUSED in the debug log" }).click();
  await page.getByRole("heading", { name: "Debug log" }).waitFor();
  assert.equal(await page.getByLabel("Channel").inputValue(), "event-PAUSED");
  await page.locator("[data-kind=subscribe]").filter({ hasText: "event-PAUSED" }).first().waitFor(); // it listens, and has what was heard before
  await subscribe(operator.client(), "event-OTHER");
  await server.data("POST", "/api/socket/broadcast", server.owner, { channel: "event-PAUSED", name: "traced", data: { n: 1 } });
  await page.locator("[data-kind=event]").filter({ hasText: "traced" }).first().waitFor();
  assert.equal(await page.getByText("event-OTHER").count(), 0, "and of no other channel");
});

test("the keyboard alone reaches everything", async () => {
  const own = operator.client();
  await Promise.all(["event-KEYS-1", "event-KEYS-2", "event-KEYS-3"].map((name) => subscribe(own, name)));
  await operator.open("/console", "Overview");
  const walk = { c: "Channels", n: "Connections", b: "Broadcast", l: "Debug log", o: "Overview" };
  for (const [letter, heading] of Object.entries(walk)) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  }
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByRole("table", { name: "Channels" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("event-KEYS");
  await until(async () => Object.keys(await operator.cells("Channels")).every((name) => name.startsWith("event-KEYS")), "the list follows the search");
  await page.keyboard.press("Tab"); // the table's frame, which scrolls
  await page.keyboard.press("ArrowDown");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  const first = await focused();
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await focused(), first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(), first);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: first }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await operator.axe();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.locator("[data-connection]").first().waitFor();
  await page.locator("section[aria-label=Connections]").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("a hidden tab asks for no figures, and goes on when it is seen again", async () => {
  const tab = await page.context().newPage();
  let asked = 0;
  tab.on("request", (request) => request.url().endsWith("/api/socket/overview") && asked++);
  await tab.clock.install();
  await tab.goto("/console");
  await tab.locator("[data-tile]").first().waitFor();
  // How often it asks in five of its seconds; the last request comes after all that it made.
  const inFiveSeconds = async () => {
    const before = asked;
    for (let second = 0; second < 5; second++) await tab.clock.runFor(1000);
    await tab.evaluate(() => fetch("/ready").then((answer) => answer.text()));
    return asked - before;
  };
  const turn = (visibility) =>
    tab.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, visibility);
  await until(async () => (await inFiveSeconds()) > 0, "it asks while it is in sight");
  await turn("hidden");
  await inFiveSeconds(); // what was on its way
  assert.equal(await inFiveSeconds(), 0);
  await turn("visible");
  await until(async () => (await inFiveSeconds()) > 0, "it asks again");
  await tab.close();
});

test("the faults of all of these pages", () => browser.assertClean());
