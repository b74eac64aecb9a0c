// From tablet to tablet by QR code: shown on one screen, seen by the camera of another.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Browser, axe } from "./browser.mjs";
import { assign, chooseEvent, entriesOf, eventCode, joinIn, meet, robotsOf, season } from "./scouts.mjs";
import { Server, until } from "./server.mjs";

const away = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/;
const count = 25;
let server, browser, home, folder, app;

before(async () => {
  server = await Server.start();
  home = await meet(server);
  browser = await Browser.start();
  folder = await mkdtemp(join(tmpdir(), "ftcmetrics-codes-"));
  const { tsImport } = await import("../web/node_modules/tsx/dist/esm/api/index.mjs");
  app = await tsImport("../web/src/scout/transfer/transfer.ts", import.meta.url);
});
after(async () => {
  await browser?.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What 25 matches of a scout look like in a backup of their outbox. */
function backup(me) {
  const items = Array.from({ length: count }, (_, i) => {
    const entry = {
      id: crypto.randomUUID(), scoutingTeamId: home.id, season, eventCode, tournamentLevel: "qual", series: 0, matchNumber: i + 1, alliance: "RED", scoutedTeamNumber: robotsOf(i + 1)[0],
      data: {
        autoLeave: i % 2 === 0, autoPark: false, autoHiveTipCount: i % 7, teleopHiveTipCount: i, teleopPark: i % 3 === 0, teleopDisabled: false,
        endgameCellCount: i * 4, endgameBottomNectarCount: 0, endgameFlowerCount: 100 - i, endgameGardenCount: 0,
      },
      notes: i % 5 ? "" : `très vite ${i}`,
    };
    return { id: entry.id, owner: { id: me.id, displayName: me.displayName }, entry, formVersion: 1, savedAt: Date.now() - (count - i) * 1000, state: "waiting", tries: 0 };
  });
  return { items, file: { name: "outbox.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ format: "ftcmetrics-outbox", version: 1, at: new Date().toISOString(), items })) } };
}

/** Pictures of every code that the page shows, and their texts. */
async function codes(page) {
  await page.waitForSelector("[data-codes] svg path[d^=M]");
  const n = Number(await page.locator("[data-codes]").getAttribute("data-codes"));
  if (n > 1) await page.getByRole("button", { name: "Stop" }).tap();
  const seen = new Map();
  while (seen.size < n) {
    const code = page.locator("[data-code]");
    const [at, text] = [await code.getAttribute("data-code"), await code.getAttribute("data-text")];
    seen.set(at, { text, picture: await code.locator("svg").screenshot() });
    if (n > 1) await page.getByRole("button", { name: "Next code" }).tap();
  }
  return [...seen.values()];
}

/** Films the pictures: what a camera sees that is held before the screen. */
async function film(name, pictures) {
  const page = await (await browser.chromium.newContext()).newPage();
  const [width, height, hold] = [640, 480, 8];
  const frames = [];
  for (const picture of pictures) {
    const gray = await page.evaluate(async ([data, width, height]) => {
      const image = await createImageBitmap(await (await fetch(data)).blob());
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.fillStyle = "#777";
      context.fillRect(0, 0, width, height);
      const side = Math.min(height, image.height * (height / image.height));
      context.drawImage(image, (width - side) / 2, 0, side, side);
      const { data: pixels } = context.getImageData(0, 0, width, height);
      let text = "";
      for (let i = 0; i < pixels.length; i += 4) text += String.fromCharCode(16 + Math.round((pixels[i] * 219) / 255));
      return btoa(text);
    }, [`data:image/png;base64,${picture.toString("base64")}`, width, height]);
    const frame = Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(gray, "base64"), Buffer.alloc((width * height) / 2, 128)]);
    for (let i = 0; i < hold; i++) frames.push(frame);
  }
  await page.context().close();
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), ...frames]));
  return ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`];
}

// What the first tablet cannot reach is noted by its browser until it is back.
test("25 entries go from a tablet without network to one that has it, with their author, once", (t) => browser.forgiving(away, () => handOff(t)));

async function handOff(t) {
  const a = await browser.context(server.url);
  const ana = await joinIn(a, server, home, "Ana");
  const page = await a.newPage();
  await chooseEvent(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const { items, file } = backup(ana);
  await a.setOffline(true);
  await page.goto("/scout/outbox");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("status").filter({ hasText: `${count} waiting` }).first().waitFor();
  await page.getByRole("link", { name: "Hand off" }).tap();
  const shown = await codes(page);
  await axe(page);
  t.diagnostic(`codes-for-25-entries ${shown.length} 6`);

  // The server reads the same codes, and the app reads the server's.
  const chunks = shown.map((code) => code.text);
  const carried = await server.data("POST", "/api/scouting/transfer/decode", server.owner, { chunks });
  assert.deepEqual(carried.entries.map((e) => [e.id, e.scouterId, e.data, e.notes]), items.map((i) => [i.id, ana.id, i.entry.data, i.entry.notes]));
  const { form } = await server.data("GET", `/api/seasons/${season}`);
  const theirs = await server.data("POST", "/api/scouting/transfer/encode", server.owner, { scoutingTeamId: home.id, entries: items.map((i) => i.entry) });
  const read = app.decodeTexts([...theirs.chunks].reverse(), () => form);
  assert.deepEqual(read.entries.map((e) => [e.id, e.data, e.notes, e.matchNumber]), items.map((i) => [i.id, i.entry.data, i.entry.notes, i.entry.matchNumber]));

  const reader = await Browser.start({ args: await film("entries.y4m", shown.map((code) => code.picture)) });
  try {
    const b = await reader.context(server.url, { permissions: ["camera"] });
    const ben = await joinIn(b, server, home, "Ben");
    const other = await b.newPage();
    await chooseEvent(other);
    for (const fresh of [count, 0]) {
      await other.goto("/scout/scan");
      await other.waitForSelector(`[data-received="${fresh}"]`, { timeout: 30_000 });
      await axe(other);
      await until(async () => (await entriesOf(server, home)).length === count, "all entries are there", 20_000);
    }
    await other.getByText("All of it was known already").waitFor();
    await other.getByRole("status").filter({ hasText: "All sent" }).first().waitFor();
    const entries = await entriesOf(server, home);
    assert.deepEqual(entries.map((e) => e.id), items.map((i) => i.id), "in the order they were scouted");
    assert.ok(entries.every((e) => e.scouter.id === ana.id && e.courierId === ben.id && e.rev === 1));
    assert.deepEqual(entries.map((e) => e.data), items.map((i) => i.entry.data));
    await reader.assertClean();
    await b.close();
  } finally {
    await reader.stop();
  }

  // And when the first tablet comes back it sends what is known already.
  await a.setOffline(false);
  await page.getByRole("status").filter({ hasText: "All sent" }).first().waitFor();
  const log = await server.data("GET", `/api/channels/private-team-${home.id}/events?after=0&limit=500`, server.owner);
  assert.equal(log.events.filter((e) => e.name === "scouting:entry-created").length, count);
  assert.equal((await entriesOf(server, home)).length, count);
  await a.close();
}

test("a scout without network gets new assignments by code", async () => {
  const lead = await browser.context(server.url);
  await joinIn(lead, server, home, "Lee", "LEADER");
  const board = await lead.newPage();
  // The scout's browser needs its film when it starts, so who they are is made first.
  const first = await browser.context(server.url);
  const { code } = await server.data("POST", `/api/user-teams/${home.id}/devices`, server.owner, { label: "Tablet 3" });
  const page = await first.newPage();
  await page.goto(`/join/${code}`);
  await page.getByLabel("Your name").fill("Tablet 3");
  await page.getByRole("button", { name: "Join", exact: true }).tap();
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("ftc.teams") ?? "[]").length > 0);
  const me = await page.evaluate(() => JSON.parse(localStorage.getItem("ftc.me")));
  await chooseEvent(page);
  await page.getByText("Nothing is assigned to you").waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  const state = await first.storageState({ indexedDB: true });
  await first.close();
  await assign(server, home, me.id, 2, 5);
  await chooseEvent(board);
  await board.goto("/scout/handoff");
  await board.getByText("Assignments").tap();
  const shown = await codes(board);
  await axe(board);
  await lead.close();

  const reader = await Browser.start({ args: await film("assignments.y4m", shown.map((one) => one.picture)) });
  try {
    const context = await reader.context(server.url, { permissions: ["camera"], storageState: state });
    const tablet = await context.newPage();
    await tablet.route("**/api/scouting/assignments*", (route) => route.abort());
    await reader.forgiving(away, async () => {
      await tablet.goto("/scout/scan");
      await tablet.getByRole("heading", { name: "2 assignments received" }).waitFor({ timeout: 30_000 });
      await tablet.getByRole("link", { name: "To my matches" }).tap();
      await tablet.waitForFunction((robot) => document.querySelector("[data-next]")?.textContent.includes(robot), String(robotsOf(5)[0]));
    });
    assert.match(await tablet.locator("[data-next]").innerText(), /Q5/);
    await context.close();
  } finally {
    await reader.stop();
  }
});

test("without a camera the page says what to do", async () => {
  const context = await browser.context(server.url, { screen: "laptop", colors: "light" });
  await joinIn(context, server, home, "No camera");
  const page = await context.newPage();
  await page.goto("/scout/scan");
  await page.getByText("The camera cannot be used").waitFor();
  await axe(page);
  await context.close();
});

test("no page failed or asked another address", () => browser.assertClean());
