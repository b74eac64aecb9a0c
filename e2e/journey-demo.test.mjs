// The first minute of a newcomer: `ftcmetrics demo` with nothing set, the printed code typed in, entries on the screen.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { linked } from "./coach.mjs";
import { until } from "./server.mjs";
import { figure } from "./figure.mjs";

let browser, demo, folder, said = "";

before(async () => {
  browser = await Browser.start();
  folder = await mkdtemp(join(tmpdir(), "ftcmetrics-demo-"));
  // No variable of ours; the ports are any that are free, for other tests run beside this one.
  const { PATH, HOME = folder, LANG = "C.UTF-8" } = process.env;
  const ports = ["--http-addr", "127.0.0.1:0", "--hub-addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"];
  demo = spawn(process.env.FTCMETRICS_BIN, ["demo", ...ports], { cwd: folder, env: { PATH, HOME, LANG }, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [demo.stdout, demo.stderr]) stream.on("data", (part) => (said += part));
  demo.ended = new Promise((resolve) => demo.on("exit", resolve));
});
after(async () => {
  await browser?.stop();
  demo?.kill("SIGTERM");
  await demo?.ended;
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("from the command to entries that come in by themselves", { timeout: 120_000 }, async () => {
  const from = Date.now();
  await until(() => /Join as scout\s+code/.test(said), "the demo says where to look and how to join:\n" + said, 60_000);
  figure("demo-ready-ms", Date.now() - from, 60_000);
  const url = said.match(/Open\s+(http:\S+)/)[1];
  const code = said.match(/Join as scout\s+code (\S+)/)[1];
  const context = await browser.context(url);
  const page = await context.newPage();
  await page.goto(`${url.replace(/\/$/, "")}/join/${code}`);
  await page.getByLabel("Your name").fill("Newcomer");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByRole("link", { name: "Coach", exact: true }).first().waitFor();
  const opened = Date.now();
  await page.getByRole("link", { name: "Coach", exact: true }).first().click();
  await page.locator("[data-entry]").first().waitFor();
  const first = Date.now() - opened;
  figure("demo-first-entry-ms", first, 10_000);
  await linked(page);
  // And more come by themselves, from scouts who are shown to be on.
  const known = await page.locator("[data-entry]").evaluateAll((all) => all.map((at) => at.dataset.entry));
  await page.waitForFunction((ids) => [...document.querySelectorAll("[data-entry]")].some((at) => !ids.includes(at.dataset.entry)), known, { timeout: 45_000 });
  figure("demo-next-entry-ms", Date.now() - opened, 45_000);
  await page.waitForFunction(() => Number(document.querySelector("[data-online]")?.dataset.online) > 1);
  await settled(page);
  await axe(page);
  await page.emulateMedia({ colorScheme: "light" });
  await axe(page);
  await page.screenshot({ path: process.env.SHOT ?? join(folder, "feed.png") });
  await browser.assertClean();
  await context.close();
});
