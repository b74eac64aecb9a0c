import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crc32 as zlibCrc } from "node:zlib";
import { decode45, encode45 } from "../src/scout/transfer/base45";
import { lacking, type Scan, see, TransferError } from "../src/scout/transfer/chunk";
import { crc32, sha256 } from "../src/scout/transfer/sums";
import { type Bundle, type CarriedEntry, decode, decodeTexts, encodeAssignments, encodeEntries } from "../src/scout/transfer/transfer";
import { type Form, newId } from "../src/scout/wire";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const forms = new Map<number, Form>([2023, 2024, 2025, 2026].map((year) => [year, JSON.parse(file(`scouting/seasons/${year}.json`)).form]));
const formOf = (year: number) => forms.get(year);
const page = file("docs/transfer-format.md");
const vector = (kind: string) => page.split(`\`\`\`text ${kind}\n`)[1].split("\n```")[0].split("\n");
const documented = page
  .split("```json\n")[1]
  .split("\n```")[0]
  .split("\n{")
  .map((part, i) => JSON.parse(i ? `{${part}` : part));
const fault = (kind: string) => (error: unknown) => error instanceof TransferError && error.fault === kind;

test("sums are those of everybody else", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const raw = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    assert.equal(Buffer.from(sha256(raw)).toString("hex"), createHash("sha256").update(raw).digest("hex"));
    if (zlibCrc) assert.equal(crc32(raw), zlibCrc(raw));
    assert.deepEqual(decode45(encode45(raw)), raw);
  }
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(encode45(new TextEncoder().encode("Hello!!")), "%69 VD92EX0");
  for (const bad of ["A", "%69 VD92EX", "GGWa", "ZZZ", "::", ":::"]) assert.equal(decode45(bad), null, bad);
});

test("the document's entries, both ways", () => {
  const bundle = decodeTexts(vector("entries"), formOf);
  assert.equal(bundle.entries.length, 2);
  documented.forEach((entry, i) => {
    const usual = Object.fromEntries(formOf(2025)!.fields.map((f) => [f.key, f.default]));
    assert.deepEqual(bundle.entries[i], { notes: "", ...entry, data: { ...usual, ...entry.data }, formVersion: 1 });
  });
  const given = documented.map((entry) => ({ notes: "", ...entry, formVersion: 1 })) as CarriedEntry[];
  assert.deepEqual(encodeEntries(bundle.teamId, given, formOf, 150), vector("entries"));
});

test("the document's assignments, both ways", () => {
  const bundle: Bundle = decodeTexts(vector("assignments"), formOf);
  assert.deepEqual(
    bundle.assignments.map((a) => [a.matchNumber, a.scoutedTeamNumber, a.alliance, a.station, a.scoutId.slice(14, 18)]),
    [
      [12, 8569, "RED", 1, "7ab0"],
      [13, 6183, "BLUE", 2, "7b1e"],
    ],
  );
  assert.deepEqual(encodeAssignments(bundle.teamId, bundle.assignments, 150), vector("assignments"));
});

const many = (count: number, season = 2025): CarriedEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    id: newId(),
    scoutingTeamId: "01890a5d-ac96-774b-bcce-b302099a8057",
    scouterId: "01890a5d-ac96-7ab0-8a3c-0242ac130003",
    formVersion: 1,
    season,
    eventCode: "USNCRA",
    tournamentLevel: i % 7 ? "qual" : "playoff",
    series: i % 7 ? 0 : 1 + i,
    matchNumber: i + 1,
    alliance: i % 2 ? "RED" : "BLUE",
    scoutedTeamNumber: 100 + i * 197,
    data: Object.fromEntries(
      formOf(season)!.fields.map((f, k) => [
        f.key,
        f.type === "count"
          ? (f.min ?? 0) + ((i * k) % (f.max! - (f.min ?? 0) + 1))
          : f.type === "flag"
            ? i % 2 === 0
            : f.choices![i % f.choices!.length].value,
      ]),
    ),
    notes: i % 3 ? "" : `très vite ${i} 🤖`,
  }));

test("every season's entries come back as they were, in any order and twice", () => {
  for (const season of forms.keys()) {
    const entries = many(25, season);
    const texts = encodeEntries(entries[0].scoutingTeamId, entries, formOf);
    assert.ok(texts.length > 1 && texts.every((t) => t.length <= 700));
    assert.deepEqual(decodeTexts([...texts].reverse().concat(texts), formOf).entries, entries);
  }
});

test("a scan tells what is still to come, and what is of another transfer", () => {
  const entries = many(25);
  const [first, second] = [entries, many(25)].map((list) => encodeEntries(list[0].scoutingTeamId, list, formOf));
  let scan: Scan | undefined;
  const seen = see(scan, first[1]);
  scan = seen.scan;
  assert.equal(seen.what, "new");
  assert.equal(see(scan, first[1]).what, "again");
  assert.deepEqual(lacking(scan), [1, ...first.slice(2).map((_, i) => i + 3)]);
  assert.throws(() => see(scan, second[0]), fault("mixed"));
  assert.throws(() => decode(scan!, formOf), fault("missing"));
});

test("what is damaged, foreign or newer is refused", () => {
  const [text] = encodeEntries(many(1)[0].scoutingTeamId, many(1), formOf);
  for (let i = 4; i < text.length; i++) {
    const other = text[i] === "0" ? "1" : "0";
    assert.throws(() => see(undefined, text.slice(0, i) + other + text.slice(i + 1)), fault("chunk"), `character ${i}`);
  }
  assert.throws(() => see(undefined, "FM2:ABC"), fault("version"));
  for (const foreign of ["", "https://example.org", text.toLowerCase(), text.trimEnd().slice(0, -1), "FM1:"])
    assert.throws(() => see(undefined, foreign), fault("chunk"));
});

test("an entry of another version of the form is refused, not misread", () => {
  const entries = many(2);
  const texts = encodeEntries(entries[0].scoutingTeamId, entries, formOf);
  assert.throws(() => decodeTexts(texts, (year) => ({ ...formOf(year)!, version: 2 })), fault("form"));
  assert.throws(() => decodeTexts(texts, () => undefined), fault("form"));
  assert.throws(() => encodeEntries(entries[0].scoutingTeamId, entries, () => undefined), fault("form"));
});
