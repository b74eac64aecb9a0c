import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boardOf,
  type Consensus,
  type Coverage,
  cells,
  gapsOf,
  type MatchRow,
  type MatchState,
  nowAndNext,
  type RobotRow,
  tally,
  wants,
} from "../src/coach/board.ts";

const robot = (number: number, seat: string, change: Partial<RobotRow> = {}): RobotRow => ({
  scoutedTeamNumber: number,
  alliance: seat[0] === "R" ? "RED" : "BLUE",
  station: Number(seat[1]),
  status: "nobody",
  assigned: [],
  entries: 0,
  missing: 0,
  ...change,
});
const ada = { id: "ada", displayName: "Ada", entries: 0 };
const match = (matchNumber: number, robots: RobotRow[], due = false): MatchRow => ({
  tournamentLevel: "qual",
  series: 0,
  matchNumber,
  due,
  scheduledAt: null,
  robots,
});
const board = (...matches: MatchRow[]) =>
  ({ season: 2025, eventCode: "X", rev: 1, missing: 0, nobody: 0, truncated: false, matches }) as Coverage;
const said = (matchNumber: number, number: number, reports: number, conflict = false) =>
  ({
    tournamentLevel: "qual",
    series: 0,
    matchNumber,
    scoutedTeamNumber: number,
    conflict,
    reports: Array.from({ length: reports }, (_, i) => ({ entryId: String(i) })),
  }) as unknown as Consensus;

test("each robot stands as its entries and the consensus say", () => {
  const robots = [
    robot(1, "R1", { status: "covered", entries: 2 }),
    robot(2, "R2", { status: "covered", entries: 2 }),
    robot(3, "B1", { status: "covered", entries: 1 }),
    robot(4, "B2", { status: "missing", missing: 1 }),
    robot(9, "R0", { status: "covered", entries: 1 }),
    robot(8, "B1", { status: "stale", assigned: [ada] }),
  ];
  const second = [
    robot(5, "R1", { status: "own" }),
    robot(6, "R2", { status: "assigned", assigned: [ada] }),
    robot(7, "B1"),
    // The same scout sent twice: one report.
    robot(8, "B2", { status: "covered", entries: 2 }),
  ];
  const { rows, seats } = boardOf(board(match(1, robots, true), match(2, second)), [
    said(1, 1, 2),
    said(1, 2, 2, true),
    said(1, 3, 1),
    said(2, 8, 1),
  ]);
  assert.deepEqual(seats, ["R1", "R2", "B1", "B2"]);
  assert.deepEqual(
    rows.map((row) => cells(row).map((cell) => `${cell.robot.scoutedTeamNumber} ${cell.state}`)),
    [
      ["1 agreed", "2 conflict", "3 once", "4 missing", "9 wrong", "8 left"],
      ["5 own", "6 planned", "7 open", "8 once"],
    ],
  );
  assert.deepEqual(rows[0].others.length, 2);
  assert.equal(tally(rows).conflict, 1);
  assert.deepEqual(cells(rows[0]).filter(wants).length, 4);
});

test("without a schedule nobody is in the wrong match", () => {
  const { rows } = boardOf(
    board(match(1, [robot(1, "R1", { assigned: [ada], status: "assigned" }), robot(2, "R0", { entries: 1, status: "covered" })])),
    [],
  );
  assert.deepEqual(
    cells(rows[0]).map(({ state }) => state),
    ["planned", "once"],
  );
});

test("a third robot of a playoff alliance has a column", () => {
  const { seats } = boardOf(board(match(1, [robot(1, "R3"), robot(2, "B1")])), []);
  assert.deepEqual(seats, ["R1", "R2", "R3", "B1", "B2"]);
});

const state = (matchNumber: number, word: string) => ({ tournamentLevel: "qual", series: 0, matchNumber, state: word }) as MatchState;
const numbers = (list: MatchState[]) => {
  const { now, next } = nowAndNext(list);
  return [now?.matchNumber, next?.matchNumber];
};

test("what runs now and what comes next", () => {
  assert.deepEqual(numbers([state(1, "scheduled"), state(2, "scheduled")]), [undefined, 1]);
  assert.deepEqual(numbers([state(1, "completed"), state(2, "started"), state(3, "scheduled")]), [2, 3]);
  assert.deepEqual(numbers([state(1, "completed"), state(2, "scheduled")]), [undefined, 2]);
  // A match that was put off comes after the one that is played.
  assert.deepEqual(numbers([state(1, "scheduled"), state(2, "completed"), state(3, "scheduled")]), [undefined, 3]);
  assert.deepEqual(numbers([state(1, "completed")]), [undefined, undefined]);
});

test("gaps are robots that nobody watches, or somebody who is not there", () => {
  const robots = [
    robot(1, "R1", { assigned: [ada] }),
    robot(2, "R2", { assigned: [{ ...ada, id: "ben", displayName: "Ben" }] }),
    robot(3, "B1"),
    robot(4, "B2", { status: "own" }),
    robot(5, "B3", { entries: 1, status: "covered" }),
  ];
  const gaps = gapsOf(match(1, robots), new Set(["ada"]));
  assert.deepEqual(
    gaps.map(({ seat, why, scouts }) => [seat, why, ...scouts]),
    [
      ["R2", "away", "Ben"],
      ["B1", "nobody"],
    ],
  );
});
