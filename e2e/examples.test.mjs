// The examples, as they stand there, against the built program.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundle, install, serve } from "../clients/react/test/bundle.mjs";
import { chrome } from "../clients/react/test/page.mjs";
import { Server, entry, team, until } from "./server.mjs";

const example = (name) => fileURLToPath(new URL("../examples/" + name, import.meta.url));
let installed, folder, browser, site, server, home, coach, match = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ftcmetrics-examples-"));
  [installed, browser, server] = await Promise.all([install(), chrome(), Server.start()]);
  await until(() => server.setupCode, "a set-up code");
  home = await team(server);
  coach = await home.join("MENTOR", "Coach Kim");
  const main = join(folder, "main.jsx");
  await writeFile(main, `import { createRoot } from "react-dom/client"; import { App } from ${JSON.stringify(example("react/App.jsx"))};
    createRoot(document.getElementById("root")).render(<App {...window.settings} />);`);
  site = await serve({ react: await bundle(installed, main), page: await readFile(example("page.html"), "utf8") });
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
  await installed?.remove();
  await rm(folder, { recursive: true, force: true });
});

const post = () => server.data("POST", "/api/scouting/entries", server.owner, entry(home.id, { matchNumber: ++match, notes: "" }));

/** Runs a program and collects its lines. */
async function follow(t, program, args, cwd) {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "inherit"], detached: true });
  const lines = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  t.after(() => process.kill(-child.pid));
  return { lines, has: (text) => until(() => lines.find((line) => line.includes(text)), `${text} from ${program}`, 60_000) };
}

test("React: feed, presence and the last result", async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.addInitScript((given) => { window.settings = given; }, { url: server.url, token: coach.token, teamId: home.id, event: "MEET-3" });
  await server.data("POST", "/api/events", server.owner, {
    season: 2025, eventCode: "MEET-3", name: "League Meet 3", timezone: "America/New_York", startsOn: "2026-01-17", endsOn: "2026-01-17",
    matches: [{ matchNumber: 1, scheduledAt: "2026-01-17T15:00:00Z", field: "1", red: [9021, 6183], blue: [731, 8569] }],
  });
  await page.goto(site.url + "/react");
  await page.waitForSelector("text=Online (1)");
  await page.waitForSelector("text=Coach Kim");
  await page.waitForSelector("[aria-label=live]", { state: "attached" });
  const made = await post();
  await page.waitForSelector(`text=Team 8569 - Match ${made.matchNumber}: ${made.totalScore}pts`);
  await server.data("POST", "/api/events/MEET-3/matches/1/result", server.owner, { season: 2025, red: { total: 101 }, blue: { total: 62 } });
  await page.waitForSelector("text=Match 1: 101 to 62");
  assert.deepEqual(faults, []);
  await page.close();
});

test("HTML: what is scouted, with pusher-js alone", async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  const joined = new Promise((resolve) => page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => /subscription_succeeded/.test(payload) && resolve())));
  await page.goto(`${site.url}/page?event=USNCRA&server=${server.url}`);
  await Promise.race([joined, page.waitForFunction(() => false).catch(() => assert.fail("never subscribed"))]);
  const { matchNumber } = await post();
  await page.waitForSelector(`li:text-is("8569 in match ${matchNumber}")`);
  await page.close();
});

test("Node: everything of a team, none missed", async (t) => {
  await copyFile(example("node.mjs"), join(folder, "node.mjs"));
  await symlink(fileURLToPath(new URL("node_modules", import.meta.url)), join(folder, "node_modules"));
  await post();
  const node = await follow(t, process.execPath, [join(folder, "node.mjs"), server.url, coach.token, home.id]);
  await node.has("scouting:entry-created 8569");
  const { head } = await server.data("GET", `/api/channels/private-team-${home.id}/events?after=0`, coach.token);
  await until(() => node.lines.length >= head, "what was before");
  await post();
  await node.has(`${head + 1} scouting:entry-created 8569`);
  assert.deepEqual(node.lines.map((line) => Number(line.split(" ")[0])), Array.from({ length: head + 1 }, (_, i) => i + 1));
});

test("curl: the commands of docs/frontend.md", async () => {
  const text = await readFile(fileURLToPath(new URL("../docs/frontend.md", import.meta.url)), "utf8");
  const commands = text.match(/^## curl\n\n```sh\n([^`]*)```/m)[1];
  const env = { PATH: process.env.PATH, SERVER: server.url, TOKEN: coach.token, TEAM: home.id };
  const said = execFileSync("bash", ["-euc", commands.replaceAll(/^(curl.*)$/gm, "$1 --fail; echo")], { env, encoding: "utf8" });
  const answers = said.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  assert.equal(answers.length, commands.trim().split("\n").length);
  assert.ok(answers.length >= 4 && answers.every((answer) => answer.success));
  assert.ok(answers.at(-1).data.events.some((event) => event.name === "scouting:entry-created"));
});

test("Go: without a socket", async (t) => {
  const go = await follow(t, "go", ["run", ".", server.url, "event-USNCRA,event-MEET-3"], example("go"));
  await go.has("following");
  const { matchNumber } = await post();
  const line = await go.has("scouting:new-entry");
  assert.match(line, /^event-USNCRA \d+ scouting:new-entry \{/);
  assert.equal(JSON.parse(line.slice(line.indexOf("{"))).matchNumber, matchNumber);
});
