// Journey 10, the operator: the console's numbers are those of the Pusher HTTP API, a broadcast arrives, a closed
// connection is closed. What is traced and what the keyboard does is in journey-trace, the
// rest in journey-driver and journey-restart.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe } from "./browser.mjs";
import { linked, signIn } from "./coach.mjs";
import { figure } from "./figure.mjs";
import { Operator, within } from "./operator.mjs";
import { next, PusherServer, subscribe, until } from "./server.mjs";

let operator, server, browser, home, page, http;

before(async () => {
  operator = await Operator.start();
  ({ server, browser, home, page } = operator);
  const { appId, appKey, appSecret } = JSON.parse(await readFile(join(server.dir, "secrets.json"), "utf8"));
  const { hostname, port } = new URL("http://" + server.hub);
  http = new PusherServer({ appId, key: appKey, secret: appSecret, host: hostname, port, useTLS: false });
});
after(() => operator?.stop());

const tile = (name) => page.locator(`[data-tile="${name}"] dd`).first().innerText();

test("the console is the operators' alone", async () => {
  await page.getByRole("link", { name: "Console" }).waitFor();
  const context = await browser.context(server.url);
  const other = await signIn(context, home.lead.token, home);
  assert.equal(await other.getByRole("link", { name: "Console" }).count(), 0);
  await other.goto("/console/log");
  await other.getByRole("heading", { name: "For operators alone" }).waitFor();
  await axe(other);
  await context.close();
});

test("channels, members and subscriptions are those that the Pusher HTTP API tells", async () => {
  const spread = [["event-MEET-7", "match-MEET-7-1", "presence-event-MEET-7"], ["event-MEET-7", "presence-event-MEET-7"], ["event-MEET-7", `private-team-${home.id}`]];
  const tokens = [home.scouts.Ada.token, home.scouts.Ben.token, home.lead.token];
  await Promise.all(spread.map((channels, i) => { const made = operator.client(tokens[i]); return Promise.all(channels.map((name) => subscribe(made, name))); }));
  await operator.open("/console/channels", "Channels");
  await linked(page);
  const told = async () => {
    const { channels } = await (await http.get({ path: "/channels" })).json();
    const all = {};
    for (const name of Object.keys(channels)) {
      const info = "subscription_count" + (name.startsWith("presence-") ? ",user_count" : "");
      const { subscription_count, user_count } = await (await http.get({ path: `/channels/${name}`, params: { info } })).json();
      all[name] = [String(subscription_count), name.startsWith("presence-") ? String(user_count) : "–"];
    }
    return all;
  };
  const shown = async () => Object.fromEntries(Object.entries(await operator.cells("Channels")).map(([name, row]) => [name, row.slice(1, 3)]));
  const same = async () => JSON.stringify(Object.entries(await shown()).sort()) === JSON.stringify(Object.entries(await told()).sort());
  await until(same, "the table has what the HTTP API tells").catch(async () => assert.deepEqual(await shown(), await told()));
  assert.deepEqual((await told())["presence-event-MEET-7"], ["2", "2"]);
  await operator.axe();
  const all = await told();
  await operator.open("/console", "Overview");
  const sum = Object.values(all).reduce((n, [count]) => n + Number(count), 0);
  await until(async () => (await tile("Subscriptions")) === String(sum) && (await tile("Channels")) === String(Object.keys(all).length), "the overview has the same sums");
  const connected = async () => (await (await fetch(`http://${server.metrics}/metrics`)).text()).match(/^ftcmetrics_connected\S* (\d+)/m)[1];
  await until(async () => (await tile("Connections")) === (await connected()), "as many connections as the metrics say");
  await page.locator("figure canvas").first().waitFor(); // the charts have come
  await operator.axe();
  await operator.open("/console/channels?channel=presence-event-MEET-7", "presence-event-MEET-7");
  await until(async () => (await page.locator("[data-member]").count()) === 2, "both members");
  await operator.axe();
});

test("a broadcast of a known event is checked at its fields, and reaches pusher-js", async () => {
  const channel = await subscribe(operator.client(), "match-MEET-7-3");
  await operator.open("/console/broadcast?channel=match-MEET-7-3", "Broadcast");
  await page.getByLabel("Event", { exact: true }).selectOption("match:aborted");
  await page.getByText("JSON", { exact: true }).click();
  const data = page.getByLabel("Data", { exact: true });
  const payload = JSON.parse(await data.inputValue());
  await data.fill(JSON.stringify({ ...payload, matchNumber: "three" }));
  await page.getByText("Form", { exact: true }).click();
  await page.getByRole("button", { name: "Broadcast", exact: true }).click();
  await page.getByText("must be integer").first().waitFor();
  await operator.axe();
  await page.getByLabel("matchNumber").fill("3");
  await fillUntilValid(payload);
  const heard = next(channel, "match:aborted");
  const from = Date.now();
  await page.getByRole("button", { name: "Broadcast", exact: true }).click();
  const got = await within(heard, "the broadcast arrives");
  figure("broadcast-reaches-ms", Date.now() - from, 200);
  assert.equal(got.matchNumber, 3);
  assert.ok(got.id && got.seq > 0, "it came by the log");
  const again = next(channel, "match:aborted");
  await page.getByRole("button", { name: /^Send match:aborted again/ }).click();
  assert.equal((await within(again, "the second one arrives")).seq, got.seq + 1);
});

/** Puts into the form's fields what the schema still wants. */
async function fillUntilValid(payload) {
  const values = { eventCode: "MEET-7", season: 2025, level: "qual", playId: crypto.randomUUID(), abortedAt: new Date().toISOString(), startedAt: new Date().toISOString() };
  await page.getByText("JSON", { exact: true }).click();
  const data = page.getByLabel("Data", { exact: true });
  const now = JSON.parse(await data.inputValue());
  for (const name of Object.keys(payload)) if (name in values) now[name] = values[name];
  await data.fill(JSON.stringify(now));
}

test("what is no event of ours goes too, and the server's refusal stands at its field", async () => {
  const channel = await subscribe(operator.client(), "hall-screen");
  await operator.open("/console/broadcast?channel=hall-screen", "Broadcast");
  await page.getByLabel("Event name").fill("pusher:forged");
  await browser.forgiving(/422/, async () => {
    await page.getByRole("button", { name: "Broadcast", exact: true }).click();
    await page.getByText(/the protocol's own/).first().waitFor();
  });
  await page.getByLabel("Event name").fill("pause");
  await page.getByLabel("Data", { exact: true }).fill('{"minutes": 5}');
  const heard = next(channel, "pause");
  await page.getByRole("button", { name: "Broadcast", exact: true }).click();
  assert.equal((await within(heard, "the free event arrives")).minutes, 5);
  await page.reload();
  await page.locator('[data-sent="pause"]').waitFor(); // the history is kept on the device
});

test("a connection gets a message, and is closed", async () => {
  const target = operator.client(home.scouts.Ben.token);
  await subscribe(target, "event-TARGET");
  const id = target.connection.socket_id;
  await operator.open("/console/connections?channel=event-TARGET", "Connections");
  await page.locator(`[data-connection="${id}"]`).click();
  await operator.axe();
  await page.getByRole("button", { name: "Message" }).click();
  await page.getByLabel("Event name").fill("hello");
  await page.getByLabel(/^Data/).fill('{"text": "are you there"}');
  const heard = next(target, "hello");
  await page.getByRole("button", { name: "Send" }).click();
  assert.equal((await within(heard, "the message arrives")).text, "are you there");
  const failed = new Promise((resolve) => target.connection.bind("error", (error) => resolve(error.data?.code ?? error.error?.data?.code)));
  await page.getByRole("button", { name: "Disconnect" }).click();
  await operator.axe();
  await page.getByRole("button", { name: "Disconnect" }).click();
  assert.equal(await within(failed, "the socket is closed"), 4009);
  await until(() => ["failed", "disconnected"].includes(target.connection.state), "the socket is closed for good");
  await page.getByText("No connection fits").waitFor();
  await operator.axe();
});

test("the faults of all of these pages", () => browser.assertClean());
