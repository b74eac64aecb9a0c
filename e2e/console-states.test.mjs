// Each page of the console while it is loading, when the server fails or refuses, when the network is gone, and when what
// was loaded is old: it says so in words, says what to do, and comes back by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, settled } from "./browser.mjs";
import { Operator } from "./operator.mjs";

const apis = /\/api\/(socket|operator)\/|\/openapi\.json/;
const pages = {
  "": "Overview", channels: "Channels", "channels?channel=event-STATES": "event-STATES", connections: "Connections", broadcast: "Broadcast", log: "Debug log", relay: "Relay",
  letters: "Dead letters", sync: "Official results", users: "People", teams: "Teams", tokens: "Tokens", audit: "Audit log", server: "Server",
};
const plain = /"|\{|TypeError|undefined|null|NaN|Something in the app/; // what nobody should read in an alert

let operator, browser, context;

before(async () => {
  operator = await Operator.start({ names: [] });
  ({ browser } = operator);
  context = operator.page.context();
});
after(() => operator?.stop());

/** The API answers so, and as the document says a problem is. */
const refuses = (status, code, detail) => (route) => {
  const body = { type: `/docs/errors#${code}`, title: "No", status, detail, instance: "", success: false, error: detail };
  return route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify(body) });
};

// on opens a page of the console whose questions to the API are met so, runs, and leaves no route behind.
async function on(path, heading, handler, run) {
  const page = await context.newPage();
  await page.route(apis, handler);
  await page.goto("/console/" + path);
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  await run(page);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.close();
}

const alert = (page) => page.locator("#content").getByRole("alert").first();
const content = (page) => page.locator(':is(#content table, #content dl, #content ol, #content form, #content .border-dashed):visible').first();

async function says(page, text) {
  await alert(page).getByText(text).waitFor({ timeout: 20_000 });
  for (const told of await page.locator("#content").getByRole("alert").allInnerTexts()) assert.doesNotMatch(told, plain);
}

const noted = /status of (403|500)|ERR_FAILED|ERR_INTERNET|Failed to (load|fetch)/; // by the browser, of what is not answered

/** Sees one page in each of these states, each in a tab. */
async function everyState(path, heading) {
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const waiting = async (route) => { await gate; await route.continue().catch(() => {}); };
  const loading = on(path, heading, waiting, async (page) => {
    await page.getByRole("status", { name: "Loading" }).first().waitFor();
    open();
    await content(page).waitFor();
    await settled(page);
    // What is there stays there when the network goes, and is said to be old; then it goes on by itself.
    if (path === "broadcast") return; // asks once
    await page.unrouteAll({ behavior: "wait" });
    await page.route(apis, (route) => route.abort());
    await page.getByText("You see what this device last heard.").first().waitFor({ timeout: 25_000 });
    assert.ok(await content(page).isVisible(), "what was loaded stays");
    await page.unrouteAll({ behavior: "wait" });
    await page.getByText("You see what this device last heard.").waitFor({ state: "detached", timeout: 25_000 });
  });
  const failing = on(path, heading, refuses(500, "internal", "Something went wrong on the server."), async (page) => {
    await says(page, "Something went wrong on the server.");
    await axe(page);
    await page.unrouteAll({ behavior: "wait" });
    await Promise.any([page.getByRole("button", { name: "Try again" }).first().click(), content(page).waitFor()]); // it may go on by itself first
    await content(page).waitFor();
  });
  const refused = on(path, heading, refuses(403, "operators-only", "Only operators may do this."), async (page) => {
    await says(page, "Only operators may do this.");
    await page.getByRole("button", { name: "Try again" }).first().waitFor();
  });
  const offline = on(path, heading, (route) => route.abort(), async (page) => {
    await says(page, "No connection");
    await page.unrouteAll({ behavior: "wait" });
    await content(page).waitFor({ timeout: 25_000 }); // by itself, or by the button
  });
  await Promise.all([loading, failing, refused, offline]);
}

// They wait for the next look much more than they compute, so that many may at once.
test("each page says that it is loading, failed, refused, offline or old", { concurrency: 3 }, (t) =>
  browser.forgiving(noted, () => Promise.all(Object.entries(pages).map(([path, heading]) => t.test(heading, () => everyState(path, heading))))));

test("the pages neither fail nor leave our address", () => browser.assertClean());
