// Builds the app; --outDir FOLDER puts it elsewhere than into dist. Beside each file of text lies its
// brotli form; gzip is the server's own.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";

const { values } = parseArgs({ options: { outDir: { type: "string" } } });
const root = join(import.meta.dirname, "..");
const outDir = values.outDir ?? join(root, "dist");

await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
// pusher-js itself, for pages of others that load it from here; see examples/page.html.
mkdirSync(join(outDir, "vendor"));
copyFileSync(join(root, "node_modules/pusher-js/dist/web/pusher.min.js"), join(outDir, "vendor/pusher.min.js"));
for (const name of readdirSync(outDir, { recursive: true })) {
  const path = join(outDir, name);
  if (!/\.(js|css|svg|webmanifest)$/.test(name) || statSync(path).size < 1024) continue;
  writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
