// The one place that starts Chromium: contexts as people have them, what a page may not do, and axe.
import assert from "node:assert/strict";
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Contract } from "./contract.mjs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What people hold in their hands. */
export const screens = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  tablet: { viewport: { width: 1024, height: 600 }, hasTouch: true, isMobile: true },
  laptop: { viewport: { width: 1366, height: 768 } },
  projector: { viewport: { width: 1920, height: 1080 } },
};

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// The shell is the same browser without its windows, toolbars and their own pages, which a headless Chromium draws as well.
function executable() {
  const found = ["chromium-headless-shell", "chromium"].flatMap((name) => process.env.PATH.split(":").map((dir) => join(dir, name))).find((path) => {
    try { accessSync(path, constants.X_OK); return true; } catch { return false; }
  });
  if (!found) throw new Error("no chromium in PATH: run make setup");
  return found;
}

/**
 * A browser whose pages are watched: console errors, requests to another address, and answers and frames that are not
 * as the server's document promises, are faults.
 */
export class Browser {
  faults = [];
  broken = []; // promises of the document; nothing forgives these
  held = { answers: 0, frames: 0 }; // that were compared with it
  holding = new Set(); // comparisons under way
  contexts = new Set(); // that are open

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
    this.contexts.add(context);
    context.on("close", () => this.contexts.delete(context));
    context.on("console", (message) => message.type() === "error" && !secondWay.test(message.text()) && this.faults.push(`${message.text()} (${message.location().url})`));
    context.on("weberror", (error) => this.faults.push(String(error.error().stack)));
    context.on("request", (request) => {
      const { protocol, host: asked } = new URL(request.url());
      if (protocol.startsWith("http") && asked !== host) this.faults.push("asked " + request.url());
    });
    this.hold(context, url);
    context.setDefaultTimeout(30_000);
    return context;
  }

  // hold compares every answer of the API and every frame of a socket with the server's document.
  hold(context, url) {
    const { origin } = new URL(url);
    const contract = Contract.of(origin);
    contract.catch(() => {}); // told by whoever waits for it
    const note = (work) => {
      const done = work.then((fault) => fault && this.broken.push(fault)).finally(() => this.holding.delete(done));
      this.holding.add(done);
    };
    const answered = async (answer) => {
      const text = await answer.text().catch(() => undefined); // the page has gone, or had enough
      if (text === undefined) return undefined;
      this.held.answers++;
      const { pathname } = new URL(answer.url());
      return (await contract).answer(answer.request().method(), pathname, answer.status(), answer.headers()["content-type"], text);
    };
    const heard = async ({ payload }) => {
      this.held.frames++;
      return (await contract).frame(String(payload));
    };
    context.on("response", (answer) => answer.url().startsWith(origin + "/api/") && note(answered(answer)));
    const listen = (page) => page.on("websocket", (socket) => socket.on("framereceived", (frame) => note(heard(frame))));
    context.pages().forEach(listen);
    context.on("page", listen);
  }

  /** Runs what the browser notes as an error, such as a refused request; exactly the faults that fit are forgiven. */
  async forgiving(pattern, run) {
    const before = this.faults.length;
    const result = await run();
    await this.listened();
    this.faults = this.faults.filter((fault, i) => i < before || !pattern.test(fault));
    return result;
  }

  // listened waits until every open page has told what it noted so far: a page answers after what it said before.
  async listened() {
    const pages = [...this.contexts].flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.evaluate(() => {}).catch(() => {}))); // it may be closing
  }

  /** Fails when any page did what it may not, or was told what is not promised. */
  async assertClean() {
    await this.listened();
    await Promise.all(this.holding);
    assert.deepEqual(this.broken, [], "every answer and every frame is as /openapi.json says");
    assert.deepEqual(this.faults, []);
  }

  async stop() {
    await this.chromium?.close();
  }
}

// Where a socket takes more than a moment to open, pusher-js tries TLS as well, which no server here speaks.
const secondWay = /^WebSocket connection to 'wss:.*ERR_SSL_PROTOCOL_ERROR/;

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Fails when axe finds anything on the page as it is now; only names rules in place of all. For that long nothing moves,
 * or what comes in meanwhile would be judged half faded in.
 */
export async function axe(page, where = page.url(), only) {
  const still = await page.evaluate(() => matchMedia("(prefers-reduced-motion: reduce)").matches);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.effect?.getComputedTiming().iterations === Infinity ? null : animation.finished.catch(() => {}))));
  // By the debugger's way: the page's policy lets no foreign script in.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: values, resultTypes: ["violations"] }), only ? { type: "rule", values: only } : { type: "tag", values: rules });
  if (!still) await page.emulateMedia({ reducedMotion: null });
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n` + nodes.map((node) => `    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split("\n").slice(1, 3).join("; ")}`).join("\n"));
  assert.equal(told.length, 0, `axe at ${where}:\n${told.join("\n")}`);
}

/** Waits until the app has taken over the page and nothing of it is still loading. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#content h1") && !document.querySelector('[aria-label="Loading"]'));
}
