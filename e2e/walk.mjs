// The walk through screens: on a phone and on a desktop, in the dark and in the light, each is open to all by axe, no wider
// than the screen, without an error in the console, and asks nothing of another address.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser } from "./browser.mjs";
import { furnished, people, show, sizes } from "./tour.mjs";

/** Whether a screen is below this part of the app. */
export const below = (part, { path }) => (typeof path === "function" ? path({}) : path).startsWith(part);

/** Makes a test of each of these screens. opened() is what they run on, for further tests. */
export function walk(screens) {
  let stage, browser, who;
  before(async () => {
    stage = await furnished();
    browser = await Browser.start();
    who = await people(browser, stage, { screen: "phone", deviceScaleFactor: 1 });
  });
  after(async () => {
    await browser?.stop();
    await stage?.stop();
  });
  for (const screen of screens) {
    test(screen.name, async () => {
      const page = await browser.forgiving(new RegExp(`status of ${screen.status} `), () => show(who, screen, stage));
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        await page.evaluate(() => scrollTo(0, 0));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide on a ${size}`);
        await page.emulateMedia({ colorScheme: "dark" });
        await axe(page, `${screen.name}, ${size}, dark`);
        await page.emulateMedia({ colorScheme: "light" });
        await axe(page, `${screen.name}, ${size}, light`, ["color-contrast"]); // nothing else differs
      }
    });
  }
  test("the pages neither fail nor leave our address", () => browser.assertClean());
  return { opened: () => ({ stage, browser }) };
}
