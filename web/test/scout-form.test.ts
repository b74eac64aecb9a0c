import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { clockFace } from "../src/scout/form/clock";
import type { Draft } from "../src/scout/form/draft";
import { play } from "../src/scout/form/game";
import { act, answers, emptyLog, type Log, logOf, missing, redo, score, steps, undo } from "../src/scout/form/log";
import type { Answer, Answers, Form } from "../src/scout/wire";

const season = (path: string): Form => JSON.parse(readFileSync(new URL(`../../scouting/seasons/${path}`, import.meta.url), "utf8")).form;
const decode = season("2025.json");
const fifth = season("testdata/fifth/2027.json");

const tap = (form: Form, log: Log, ...taps: [string, Answer][]) =>
  taps.reduce((l, [field, change], i) => act(form, l, field, change, i), log);

test("taps are counted, and a count stops at its bounds", () => {
  const log = tap(
    decode,
    emptyLog,
    ["autoPatternCount", 5],
    ["autoPatternCount", 10],
    ["teleopClassifiedCount", 1],
    ["teleopClassifiedCount", -1],
    ["teleopClassifiedCount", -1],
  );
  assert.equal(answers(decode, log).autoPatternCount, 9);
  assert.equal(answers(decode, log).teleopClassifiedCount, 0);
  assert.deepEqual(
    log.done.map((a) => a.change),
    [5, 4, 1, -1],
    "the tap at the bound is none",
  );
});

test("undo and redo walk the whole log, and a new tap ends redo", () => {
  const all = tap(decode, emptyLog, ["autoLeave", true], ["teleopDepotCount", 1], ["endgameBaseStatus", "FULL"], ["autoLeave", false]);
  const states = [all];
  for (let i = 0; i < 6; i++) states.push(undo(states[states.length - 1]));
  assert.deepEqual(answers(decode, states[1]).autoLeave, true);
  assert.deepEqual(answers(decode, states[2]).endgameBaseStatus, "NONE");
  assert.deepEqual(answers(decode, states[6]), answers(decode, emptyLog));
  let back = states[6];
  for (let i = 0; i < 6; i++) back = redo(back);
  assert.deepEqual(back, all);
  const fresh = act(decode, undo(all), "teleopDepotCount", 1, 9);
  assert.deepEqual(fresh.undone, []);
  assert.equal(answers(decode, fresh).teleopDepotCount, 2);
});

test("a log is the draft: written down and read again it says the same", () => {
  const log = undo(tap(decode, emptyLog, ["teleopOverflowCount", 10], ["endgameBaseStatus", "PARTIAL"], ["autoLeave", true]));
  const read = JSON.parse(JSON.stringify(log));
  assert.deepEqual(answers(decode, read), answers(decode, log));
  assert.deepEqual(redo(read), redo(log));
});

test("what the server would score", () => {
  const data = answers(
    decode,
    tap(decode, emptyLog, ["autoLeave", true], ["autoClassifiedCount", 3], ["teleopClassifiedCount", 10], ["endgameBaseStatus", "FULL"]),
  );
  assert.deepEqual(score(decode, data), { auto: 12, teleop: 30, endgame: 10, total: 52 });
  assert.deepEqual(score(fifth, { endgameAfloat: true, startPlace: "REEF", teleopShellCount: 1, teleopDefended: true }), {
    auto: 4,
    teleop: 7,
    endgame: 11,
    total: 22,
  });
});

test("a required choice is missing until it is made; a count begins at its least", () => {
  assert.deepEqual(
    missing(fifth, answers(fifth, emptyLog)).map((f) => f.key),
    ["startPlace"],
  );
  const made = tap(fifth, emptyLog, ["startPlace", "PIER"], ["teleopShellCount", -1]);
  assert.deepEqual(missing(fifth, answers(fifth, made)), []);
  assert.equal(answers(fifth, made).teleopShellCount, 1);
});

test("a stored entry becomes a log with its answers", () => {
  for (const form of [decode, fifth]) {
    const data: Answers =
      form === decode
        ? { ...answers(decode, emptyLog), autoLeave: true, teleopClassifiedCount: 200, endgameBaseStatus: "PARTIAL" }
        : { startPlace: "REEF", teleopShellCount: 12, teleopDefended: false, endgameAfloat: true };
    assert.deepEqual(answers(form, logOf(form, data, 1)), data);
  }
});

test("large counts have large steps", () => {
  const of = (key: string) => steps(decode.fields.find((f) => f.key === key)!);
  assert.deepEqual([of("autoPatternCount"), of("teleopClassifiedCount")], [[], [5, 10]]);
});

test("the clock turns the phases", () => {
  const faces = [0, 29.5, 30, 100, 128, 157.5, 158, 900].map((s) => clockFace(s));
  assert.deepEqual(
    faces.map((f) => f.phase),
    ["auto", "auto", "teleop", "teleop", "endgame", "endgame", "endgame", "endgame"],
  );
  assert.deepEqual(
    faces.map((f) => f.left),
    [30, 1, 120, 58, 30, 1, 0, 0],
  );
});

test("a draft that is found late keeps what was tapped before, and what was tapped since", () => {
  const draft = (part: Partial<Draft>) => ({ entryId: "new", log: emptyLog, notes: "", phase: "auto", absent: false, ...part }) as Draft;
  const found = draft({
    entryId: "old",
    log: tap(decode, emptyLog, ["autoPatternCount", 8], ["autoLeave", true]),
    notes: "slow",
    phase: "teleop",
  });
  const since = draft({ log: tap(decode, emptyLog, ["autoPatternCount", 3]) });
  const both = play(decode)(since, { do: "adopt", found });
  assert.deepEqual([both.entryId, both.notes, both.phase], ["old", "slow", "auto"], "the scout stays where they tap");
  assert.equal(answers(decode, both.log).autoPatternCount, 9, "a count still stops at its bound");
  assert.equal(answers(decode, both.log).autoLeave, true);
  assert.equal(play(decode)(draft({}), { do: "adopt", found }).phase, "teleop", "who has not tapped goes on where they were");
});
