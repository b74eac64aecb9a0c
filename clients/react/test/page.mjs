// A browser, and the test's application in it.
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../../e2e/package.json", import.meta.url))("playwright-core");

export function chrome() {
  const programs = ["chromium-headless-shell", "chromium"].flatMap((name) => process.env.PATH.split(":").map((dir) => `${dir}/${name}`));
  const executablePath = programs.find((path) => {
    try { accessSync(path, constants.X_OK); return true; } catch { return false; }
  });
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}

/**
 * visit opens the application with its settings; provider is what its components get if nothing else is said. With ahead
 * its clock can be put forward.
 */
export async function visit(browser, url, settings, provider, ahead) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  if (ahead) await page.clock.install();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.addInitScript((given) => { window.settings = given; }, settings);
  await page.goto(url);
  await page.waitForFunction(() => window.ready);
  return Object.assign(page, {
    show: (parts, given = provider) => page.evaluate(([p, list]) => window.show(p === "own" ? { client: window.own.client, ...window.last } : (window.last = p), list), [given, parts]),
    says: (id, text) => page.waitForFunction(([where, want]) => document.getElementById(where)?.textContent === want, [id, text]),
    heard: (id) => page.evaluate((which) => (window.heard[which] ?? []).map(([, seq]) => seq), id),
    hears: (id, n) => page.waitForFunction(([which, count]) => (window.heard[which] ?? []).length >= count, [id, n]),
    done: async () => {
      assert.deepEqual(faults, []);
      await context.close();
    },
  });
}
