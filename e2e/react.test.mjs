// The package clients/react as others install it, in a browser, with React 18 and 19 and the
// stock pusher-js, against the built program. The hooks of the project's first design are the
// control: what they get wrong, the same tests see.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundle, install, serve } from "../clients/react/test/bundle.mjs";
import { chrome, visit } from "../clients/react/test/page.mjs";
import { Server, entry, team, until } from "./server.mjs";

const source = (name) => fileURLToPath(new URL("../clients/react/test/" + name, import.meta.url));
let installed, site, browser, server, home, coach;

before(async () => {
  [installed, server, browser] = await Promise.all([install(), Server.start(), chrome()]);
  const [app18, app19, naive18, naive19] = await Promise.all([18, 19].flatMap((react) => [bundle(installed, source("app.jsx"), { react })])
    .concat([18, 19].map((react) => bundle(installed, source("app.jsx"), { react, hooks: source("naive.js") }))));
  site = await serve({ app18, app19, naive18, naive19 });
  await until(() => server.setupCode, "a set-up code");
  home = await team(server);
  coach = await home.join("MENTOR", "Coach Kim");
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
  await installed?.remove();
});

/** A page of the test's application. */
function open(name, { token, loose } = {}) {
  const hub = new URL("http://" + server.hub);
  return visit(browser, site.url + "/" + name, { key: server.key, host: hub.hostname, port: Number(hub.port), api: server.url, token, loose }, { url: server.url, token });
}

let match = 0;
const post = () => server.data("POST", "/api/scouting/entries", server.owner, entry(home.id, { matchNumber: ++match, notes: "" }));
const listener = (id, change = {}) => ["Listener", { id, channel: "private-team-" + home.id, event: "scouting:entry-created", round: 0, ...change }];
const range = (first, n) => Array.from({ length: n }, (_, i) => first + i);

const consecutive = (seqs) => assert.deepEqual(seqs, range(seqs[0], seqs.length), "in order, without gaps, each once");

for (const react of [18, 19]) {
  test(`React ${react}: two components on one channel are both live, and one may leave`, async () => {
    const page = await open("app" + react, { token: coach.token });
    await page.show([listener("one"), listener("two"), listener("else", { channel: "event-ELSE" })]);
    await page.says("one", "live");
    await page.says("two", "live");
    await page.says("connection", "connected");
    await post();
    await page.hears("one", 1);
    await page.hears("two", 1);
    await page.show([listener("two"), listener("three")]);
    await page.says("three", "live");
    await page.waitForFunction(() => !window.Pusher.instances[0].channel("event-ELSE")); // what nobody uses has been left
    await post();
    await page.hears("two", 2);
    await page.hears("three", 1);
    assert.equal((await page.heard("one")).length, 1, "who has left hears nothing");
    consecutive(await page.heard("two"));
    assert.equal(await page.evaluate(() => window.Pusher.instances.length), 1, "one connection for all");
    await page.evaluate(() => window.leave());
    await page.waitForFunction(() => window.Pusher.instances.every((p) => p.connection.state === "disconnected"));
    await page.done();
  });

  test(`React ${react}: the control, of two naive components one is never live and one takes the channel along`, async () => {
    const page = await open("naive" + react, { token: coach.token, loose: true });
    await page.show([listener("first")]);
    await page.says("first", "live");
    await page.show([listener("first"), listener("late")]);
        await post();
    await page.hears("first", 1);
    assert.equal(await page.textContent("#late"), "waiting", "the second never learns that it is subscribed");
    await page.show([listener("late")]);
    assert.equal(await page.evaluate((name) => window.Pusher.instances[0].channel(name)?.name, "private-team-" + home.id), undefined, "the first took the channel along");
    await page.context().close();
  });

  test(`React ${react}: the latest callback is called, null is off, and a channel may change`, async () => {
    const page = await open("app" + react, { token: coach.token });
    await page.show([listener("a", { round: 1 }), listener("off", { channel: null })]);
    await page.says("a", "live");
    await page.show([listener("a", { round: 2 }), listener("off", { channel: null })]);
    await post();
    await page.hears("a", 1);
    assert.deepEqual(await page.evaluate(() => window.heard.a.map(([round]) => round)), [2]);
    assert.equal(await page.textContent("#off"), "waiting");
    assert.deepEqual(await page.heard("off"), []);
    await page.show([listener("a", { channel: "event-USNCRA", event: "scouting:new-entry", round: 3 }), listener("off")]);
    await page.says("off", "live");
    await page.says("a", "live");
    await post();
    await page.hears("a", 2);
    await page.hears("off", 1);
    await page.done();
  });

  test(`React ${react}: feed and presence of the team`, async () => {
    const page = await open("app" + react, { token: coach.token });
    await page.show([["ScoutingFeed", { teamId: home.id }], ["TeamPresence", { teamId: home.id }], ["Present", { id: "too", channel: "presence-team-" + home.id }]]);
    await page.waitForSelector("#of-ScoutingFeed [aria-label=live]", { state: "attached" });
    await page.says("too", "1 true Coach Kim");
    const scout = await home.join("STUDENT", "Scout 7");
    const other = await open("app" + react, { token: scout.token });
    await other.show([["Present", { id: "too", channel: "presence-team-" + home.id }]]);
    await page.says("too", "2 true Coach Kim Scout 7");
    await other.says("too", "2 true Coach Kim Scout 7");
    await page.waitForFunction(() => document.querySelector("#of-TeamPresence h3").textContent === "Online (2)");
    const made = await post();
    await page.waitForSelector(`#of-ScoutingFeed li:has-text("Team 8569 - Match ${made.matchNumber}: ${made.totalScore}pts")`);
    const changed = await server.data("PATCH", "/api/scouting/entries/" + made.id, server.owner, { rev: made.rev, data: { ...made.data, teleopClassifiedCount: 20 } });
    assert.notEqual(changed.totalScore, made.totalScore);
    await page.waitForSelector(`#of-ScoutingFeed li:has-text(": ${changed.totalScore}pts")`);
    await server.call("DELETE", "/api/scouting/entries/" + made.id, server.owner);
    await page.waitForFunction(() => document.querySelectorAll("#of-ScoutingFeed li").length === 0);
    await other.done();
    await page.says("too", "1 true Coach Kim");
    await page.done();
  });

  test(`React ${react}: what was missed while the socket was away comes first, in order and once`, async () => {
    const page = await open("app" + react, { token: coach.token });
    const links = [];
    await page.routeWebSocket(/\/app\//, (ws) => links.push({ page: ws, server: ws.connectToServer() }));
    await page.show([listener("a"), listener("b")]);
    await page.says("a", "live");
    await post();
    await page.hears("a", 1);
    // The socket dies before the entries are made; new ones come while the page comes back.
    await links[0].page.close({ code: 4200 });
    await Promise.all(range(0, 12).map(() => post()));
    await page.hears("a", 13);
    await post();
    await page.hears("a", 14);
    await page.hears("b", 14);
    assert.ok(links.length >= 2, "there was a second socket");
    // An event that comes by the socket while the log is asked comes with its answer, too.
    let go, asked;
    const [gate, held] = [new Promise((resolve) => { go = resolve; }), new Promise((resolve) => { asked = resolve; })];
    await page.route(/\/events\?/, async (route) => {
      asked();
      await gate;
      await route.continue();
    });
    await links.at(-1).page.close({ code: 4200 });
    await held;
    await post();
    await page.hears("a", 15);
    const answered = page.waitForResponse(/\/events\?/);
    go();
    await (await answered).finished();
    await post();
    await page.hears("a", 16);
    for (const id of ["a", "b"]) {
      const seqs = await page.heard(id);
      assert.equal(seqs.length, 16);
      consecutive(seqs);
    }
    await page.done();
  });
}

test("a stranger is not let in, and another user's token is another connection", async () => {
  const page = await open("app19", { token: "nobody" });
  await page.show([listener("a")]);
  await until(async () => page.evaluate((name) => window.Pusher.instances[0]?.channel(name)?.subscriptionPending === false, "private-team-" + home.id), "the refusal");
  assert.equal(await page.textContent("#a"), "waiting");
  await page.show([listener("a")], { url: server.url, token: coach.token });
  await page.says("a", "live");
  await page.waitForFunction(() => window.Pusher.instances.filter((p) => p.connection.state === "connected").length === 1);
  await page.done();
});
