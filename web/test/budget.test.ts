// What the committed build weighs on the wire, and that its packed forms are what they were packed from.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync, gzipSync } from "node:zlib";

const dist = join(import.meta.dirname, "../dist");
const kB = (name: string) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length / 1024; // as the budgets were measured
const files = readdirSync(join(dist, "assets")).map((name) => `assets/${name}`);
const page = readFileSync(join(dist, "index.html"), "utf8");

// firstOf is what the browser loads before anything shows: what the page names, and what that imports at once.
function firstOf(names: string[]): Set<string> {
  const first = new Set<string>();
  for (const queue = [...names]; queue.length > 0; ) {
    const name = queue.pop()!;
    if (first.has(name)) continue;
    first.add(name);
    const source = readFileSync(join(dist, name), "utf8");
    for (const [, path] of source.matchAll(/(?:^|[;}])import(?:[^"'()]*from)?["']\.\/([^"']+)["']/g)) queue.push(`assets/${path}`);
  }
  return first;
}

const first = firstOf([...page.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, name]) => name!));

test("the first load stays within its budget", () => {
  const script = [...first].reduce((sum, name) => sum + kB(name), 0);
  const styles = [...page.matchAll(/href="\.\/([^"]+\.css)"/g)].map(([, name]) => name!);
  assert.ok(styles.length > 0, "the page names its style");
  const style = styles.reduce((sum, name) => sum + kB(name), 0);
  console.log(`first_load_js_kb ${script.toFixed(1)} 95\nstyle_kb ${style.toFixed(1)} 10`);
  assert.ok(first.has("assets/app.js"), "the app is part of the first load");
  assert.ok(script <= 95, `${script} kB of script`);
  assert.ok(style <= 10, `${style} kB of style`);
});

test("no part that comes later is too large", () => {
  for (const name of files.filter((file) => file.endsWith(".js") && !first.has(file))) {
    assert.ok(kB(name) <= 46, `${name} has ${kB(name)} kB`);
  }
});

test("the heavy libraries are not in the first load", () => {
  const sources = [...first].map((name) => readFileSync(join(dist, name), "utf8")).join("\n");
  assert.ok(!/pusher:connection_established|uPlot|jsQR/.test(sources));
});

test("each brotli form is of its file", () => {
  const packed = readdirSync(dist, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".br"));
  assert.ok(packed.length > 0 && existsSync(join(dist, "assets/app.js.br")));
  for (const name of packed)
    assert.deepEqual(brotliDecompressSync(readFileSync(join(dist, name))), readFileSync(join(dist, name.slice(0, -3))), name);
});
