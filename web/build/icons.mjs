// Draws the PNG icons from icon.svg, for systems that take no SVG. Run it after the drawing changed:
// node web/build/icons.mjs, with the browser and packages of e2e.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

const { chromium } = createRequire(new URL("../../e2e/", import.meta.url))("playwright-core");
const folder = join(import.meta.dirname, "../public");
const drawing = readFileSync(join(folder, "icon.svg"), "utf8");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
// A maskable icon is cut to any shape: its ground reaches the edges, the drawing keeps to the middle.
const icons = [
  { name: "icon-180", size: 180, scale: 1, ground: "#232b33" },
  { name: "icon-192", size: 192, scale: 1 },
  { name: "icon-512", size: 512, scale: 1 },
  { name: "icon-maskable-512", size: 512, scale: 0.8, ground: "#232b33" },
];
for (const { name, size, scale, ground = "transparent" } of icons) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body{margin:0;background:${ground};display:grid;place-items:center;height:100vh}svg{width:${100 * scale}vw}</style>${drawing}`,
  );
  await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: true });
}
await browser.close();
