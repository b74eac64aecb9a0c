// The one place that starts Chromium: contexts as people have them, what a page may not do, and axe.
import assert from "node:assert/strict";
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What people hold in their hands. */
export const screens = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  tablet: { viewport: { width: 1024, height: 600 }, hasTouch: true, isMobile: true },
  laptop: { viewport: { width: 1366, height: 768 } },
  projector: { viewport: { width: 1920, height: 1080 } },
};

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

function executable() {
  const found = process.env.PATH.split(":").map((dir) => join(dir, "chromium")).find((path) => {
    try { accessSync(path, constants.X_OK); return true; } catch { return false; }
  });
  if (!found) throw new Error("no chromium in PATH: run make setup");
  return found;
}

/** A browser whose pages are watched: console errors and requests to another address are faults. */
export class Browser {
  faults = [];

  /** args adds to Chromium's own, such as a fake camera's. */
  static async start({ args = [] } = {}) {
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: executable(), args: [...quiet, ...args] });
    return browser;
  }

  /** A context of its own: cookies, storage, service worker. screen is one of screens, colors dark or light. */
  async context(url, { screen = "phone", colors = "dark", ...options } = {}) {
    const context = await this.chromium.newContext({ baseURL: url, colorScheme: colors, ...screens[screen], ...options });
    return this.watch(context, url);
  }

  /** A context that keeps its storage in a folder, so that it survives a restart of the browser. */
  async persistent(folder, url, { screen = "phone", colors = "dark", args = [], ...options } = {}) {
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: executable(), args: [...quiet, ...args], baseURL: url, colorScheme: colors, ...screens[screen], ...options,
    });
    return this.watch(context, url);
  }

  watch(context, url) {
    const host = new URL(url).host;
    context.on("console", (message) => message.type() === "error" && this.faults.push(`${message.text()} (${message.location().url})`));
    context.on("weberror", (error) => this.faults.push(String(error.error().stack)));
    context.on("request", (request) => {
      const { protocol, host: asked } = new URL(request.url());
      if (protocol.startsWith("http") && asked !== host) this.faults.push("asked " + request.url());
    });
    context.setDefaultTimeout(15_000);
    return context;
  }

  /** Runs what the browser notes as an error, such as a refused request; exactly the faults that fit are forgiven. */
  async forgiving(pattern, run) {
    const before = this.faults.length;
    const result = await run();
    this.faults = this.faults.filter((fault, i) => i < before || !pattern.test(fault));
    return result;
  }

  /** Fails when any page did what it may not. */
  assertClean() {
    assert.deepEqual(this.faults, []);
  }

  async stop() {
    await this.chromium?.close();
  }
}

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails when axe finds anything on the page as it is now. */
export async function axe(page, where = page.url()) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.effect?.getComputedTiming().iterations === Infinity ? null : animation.finished.catch(() => {}))));
  // By the debugger's way: the page's policy lets no foreign script in.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), rules);
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n` + nodes.map((node) => `    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split("\n").slice(1, 3).join("; ")}`).join("\n"));
  assert.equal(told.length, 0, `axe at ${where}:\n${told.join("\n")}`);
}

/** Waits until the app has taken over the page and nothing of it is still loading. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#content h1") && !document.querySelector('[aria-label="Loading"]'));
}
