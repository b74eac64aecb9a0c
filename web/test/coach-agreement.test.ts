import assert from "node:assert/strict";
import { test } from "node:test";
import { type Form, labelOf, linesOf, said } from "../src/coach/agreement.ts";
import type { Consensus } from "../src/coach/board.ts";
import type { Entry } from "../src/coach/feed.ts";

const form = {
  version: 1,
  phases: [
    { key: "auto", label: "Auto" },
    { key: "teleop", label: "Teleop" },
  ],
  fields: [
    { key: "leave", label: "Leaves", phase: "auto", type: "flag", default: false },
    { key: "autoCount", label: "Classified", phase: "auto", type: "count", default: 0 },
    { key: "count", label: "Classified", phase: "teleop", type: "count", default: 0 },
    {
      key: "base",
      label: "Base",
      phase: "teleop",
      type: "choice",
      default: "NONE",
      choices: [{ value: "FULL", label: "Fully", points: 10 }],
    },
  ],
} as unknown as Form;
const entry = (id: string, data: object) => ({ id, rev: 1, data }) as Entry;
const consensus = (ids: string[], data: object, conflicts: string[]) =>
  ({ data, conflicts: conflicts.map((key) => ({ key })), reports: ids.map((entryId) => ({ entryId })) }) as unknown as Consensus;

test("conflicts come first, and each report is offered what would make all agree", () => {
  const entries = [entry("a", { count: 4 }), entry("old", { count: 99 }), entry("b", { count: 12 })];
  const [first, ...rest] = linesOf(form, consensus(["a", "b"], { count: 8 }, ["count"]), entries);
  assert.deepEqual([first.field.key, first.together, first.conflict], ["count", 8, true]);
  assert.deepEqual(
    first.reports.map(({ entry, answer, offer, differs }) => [entry.id, answer, offer, differs]),
    [
      ["a", 4, 12, true],
      ["b", 12, 4, true],
    ],
    "of two reports the other's: their mean would only move the quarrel",
  );
  assert.deepEqual(
    rest.map(({ field }) => field.key),
    ["leave", "autoCount", "base"],
  );
});

test("of three reports the common answer is offered to who differs", () => {
  const entries = [entry("a", { count: 4 }), entry("b", { count: 12 }), entry("c", { count: 5 })];
  const [line] = linesOf(form, consensus(["a", "b", "c"], { count: 5 }, ["count"]), entries);
  assert.deepEqual(
    line.reports.map(({ offer, differs }) => [offer, differs]),
    [
      [5, true],
      [5, true],
      [5, false],
    ],
  );
});

test("answers and fields as people say them", () => {
  const [leave, auto, teleop, base] = form.fields!;
  assert.deepEqual(
    [said(leave, true), said(leave, false), said(base, "FULL"), said(base, "X"), said(auto, 3), said(auto, undefined)],
    ["yes", "no", "Fully", "X", "3", "–"],
  );
  assert.deepEqual(
    [labelOf(form, leave), labelOf(form, auto), labelOf(form, teleop)],
    ["Leaves", "Auto: Classified", "Teleop: Classified"],
  );
});
