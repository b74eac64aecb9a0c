// The texts of the public pages stand in one place, src/words; the server has them from there.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { wordsFile } from "../build/words.ts";

const web = join(import.meta.dirname, "..");
const template = readFileSync(join(web, "event.html"), "utf8");

test("words.json is what src/words says: otherwise run npm run words", () => {
  assert.equal(readFileSync(join(web, "words.json"), "utf8"), wordsFile);
});

test("the server asks for no text that is not there", () => {
  const known = JSON.parse(wordsFile) as Record<string, string>;
  const sources = readdirSync(web).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  const go = sources.map((name) => readFileSync(join(web, name), "utf8")).join("\n");
  const asked = [...template.matchAll(/\bw "([\w.]+)"/g), ...go.matchAll(/\btexts\.say\("([\w.]+\w)"/g)].map(([, key]) => key!);
  assert.ok(asked.length > 40, `${asked.length} texts`);
  assert.deepEqual(
    [...new Set(asked)].filter((key) => !(key in known)),
    [],
  );
});

test("the first paint has no text of its own", () => {
  const said = template
    .replace(/\{\{\/\*[\s\S]*?\*\/\}\}/g, "")
    .replace(/\{\{[^}]*\}\}/g, "")
    .replace(/\s(aria-label|content)="([^"]*)"/g, ">$2<")
    .replace(/<[^>]*>/g, "\n");
  assert.deepEqual(said.match(/[A-Za-z]{2,}/g) ?? [], []);
});
