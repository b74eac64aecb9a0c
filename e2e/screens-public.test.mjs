// Every screen that is open to strangers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { screens, sizes } from "./tour.mjs";
import { walk } from "./walk.mjs";

const { opened } = walk(screens.filter(({ as }) => !as));

test("the server's first paint, before any script runs, is no wider than a phone", async () => {
  const { browser, stage } = opened();
  const context = await browser.context(stage.server.url, { javaScriptEnabled: false, viewport: sizes.phone });
  const page = await context.newPage();
  for (const { name, path, status } of screens.filter(({ as, status }) => !as && !status)) {
    await page.goto(path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - 390);
    assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
  }
  await context.close();
});
