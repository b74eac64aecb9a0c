import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatchRow, RobotRow } from "../src/coach/board.ts";
import { give, loads, move, type Step } from "../src/coach/plan.ts";

const robot = (number: number, ...scouts: string[]) =>
  ({
    scoutedTeamNumber: number,
    alliance: "RED",
    station: 1,
    assigned: scouts.map((id) => ({ id, displayName: id, entries: 0 })),
  }) as unknown as RobotRow;
const match = (matchNumber: number, ...robots: RobotRow[]) => ({ tournamentLevel: "qual", series: 0, matchNumber, robots }) as MatchRow;
const told = (steps: Step[]) =>
  steps.map((step) => {
    if (step.kind === "swap") return `swap ${step.a.match.matchNumber}/${step.a.scout} ${step.b.match.matchNumber}/${step.b.scout}`;
    if (step.kind === "clear") return `clear ${step.match.matchNumber}/${step.scout}`;
    return `assign ${step.match.matchNumber}/${step.robot.scoutedTeamNumber} ${step.scout}${step.insteadOf ? ` for ${step.insteadOf}` : ""}`;
  });

const [one, two, three] = [robot(1, "ada"), robot(2, "ben"), robot(3)];
const first = match(1, one, two, three);
const [four, five, six] = [robot(4, "ben"), robot(5, "cleo"), robot(6)];
const second = match(2, four, five, six);
const seat = (m: MatchRow, r: RobotRow) => ({ match: m, robot: r, scout: r.assigned?.[0]?.id });

test("giving a robot to a scout", () => {
  assert.deepEqual(told(give(seat(first, three), "cleo")), ["assign 1/3 cleo"]);
  assert.deepEqual(told(give(seat(first, one), "cleo")), ["assign 1/1 cleo for ada"]);
  assert.deepEqual(told(give(seat(first, one), "ben")), ["swap 1/ada 1/ben"], "who is elsewhere in the match changes places");
  assert.deepEqual(told(give(seat(first, three), "ben")), ["clear 1/ben", "assign 1/3 ben"]);
  assert.deepEqual(told(give(seat(first, one), "ada")), []);
});

test("moving a scout from one place to another", () => {
  assert.deepEqual(told(move(seat(first, one), seat(first, three))), ["clear 1/ada", "assign 1/3 ada"]);
  assert.deepEqual(told(move(seat(first, one), seat(first, two))), ["swap 1/ada 1/ben"]);
  assert.deepEqual(told(move(seat(first, one), seat(second, six))), ["assign 2/6 ada", "clear 1/ada"]);
  assert.deepEqual(told(move(seat(first, one), seat(second, five))), ["swap 1/ada 2/cleo"]);
  assert.deepEqual(
    told(move(seat(first, two), seat(second, five))),
    ["swap 2/cleo 2/ben"],
    "both are needed in their matches: they change places in the second",
  );
  assert.deepEqual(told(move(seat(first, one), seat(first, one))), []);
  assert.deepEqual(told(move(seat(first, three), seat(first, one))), [], "nobody is there to be moved");
});

test("loads count each scout's matches", () => {
  assert.deepEqual([...loads({ matches: [first, second] })].sort(), [
    ["ada", 1],
    ["ben", 2],
    ["cleo", 1],
  ]);
});
