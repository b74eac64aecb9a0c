// Writes words.json: the texts of the public pages as the server's first paint (event.html) says them, so that each text
// stands in one place. `npm run words` after a change; a test tells when it was forgotten.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { words as app } from "../src/words/app";
import { firstPaint } from "../src/words/firstpaint";
import { words } from "../src/words/public";

const file = new URL("../words.json", import.meta.url);

// What takes something in has %s or %d in its place, as Go's fmt fills it in.
const formats = {
  name: app.name,
  "page.description": firstPaint.description("%s", "%s"),
  "page.noScript": firstPaint.noScript,
  "match.named": words.match.named("%s", "%s"),
  "match.expected": words.match.expected("%s"),
  "match.replay": words.match.replay("%d" as never, "%d" as never),
  "match.chance.red": words.match.chance("red", 0.5).replace("50 %", "%.0f %%"),
  "match.chance.blue": words.match.chance("blue", 0.5).replace("50 %", "%.0f %%"),
  ...Object.fromEntries(["qual", "playoff", "practice"].map((level) => [`match.name.${level}`, words.match.name(level, "%d" as never)])),
};

function plain(texts: object, path = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) => {
    if (typeof value === "string") return [[path + key, value] as [string, string]];
    return value && typeof value === "object" ? plain(value, `${path + key}.`) : [];
  });
}

/** wordsFile is what words.json has to say. */
export const wordsFile = `${JSON.stringify({ ...Object.fromEntries(plain(words)), ...formats }, null, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, wordsFile);
