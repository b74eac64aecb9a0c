// Pictures of every screen on a phone and a desktop, in the dark and in the light, with the demo's data: make screenshots.
// Not a test: it shows what people see, in .cache/screenshots/index.html.
import { mkdir, writeFile } from "node:fs/promises";
import { Browser } from "./browser.mjs";
import { furnished, people, screens, show, sizes } from "./tour.mjs";

const folder = new URL("../.cache/screenshots/", import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const stage = await furnished();
const browser = await Browser.start();

const rows = [];
try {
  for (const [size, viewport] of Object.entries(sizes)) {
    const who = await people(browser, stage, { viewport });
    for (const screen of screens) {
      const page = await show(who, screen, stage);
      for (const colorScheme of ["dark", "light"]) {
        await page.emulateMedia({ colorScheme });
        const file = `${screen.name}-${size}-${colorScheme}.png`;
        await page.screenshot({ path: folder + file });
        rows.push(`<figure><img src="${file}" loading="lazy"><figcaption>${screen.name}, ${size}, ${colorScheme}</figcaption></figure>`);
      }
    }
    for (const page of Object.values(who)) await page.context().close();
  }
} finally {
  await browser.stop();
  await stage.stop();
}
const style = "body{font:16px system-ui;display:flex;flex-wrap:wrap;gap:16px;background:#888}figure{margin:0}img{max-height:600px}";
await writeFile(folder + "index.html", `<!doctype html><title>Screens</title><style>${style}</style>${rows.join("\n")}\n`);
console.log(`${rows.length} pictures: ${folder}index.html`);
