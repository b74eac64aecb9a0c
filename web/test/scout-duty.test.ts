import assert from "node:assert/strict";
import { test } from "node:test";
import { type Duty, follower, nextDuty, pathPlace, placePath, progress, upcoming } from "../src/scout/assignment/duty";
import type { Level, Match } from "../src/scout/wire";

const duty = (matchNumber: number, scoutedTeamNumber: number, tournamentLevel: Level = "qual", series = 0, stale = false): Duty => ({
  season: 2025,
  eventCode: "X",
  tournamentLevel,
  series,
  matchNumber,
  alliance: "RED",
  scoutedTeamNumber,
  station: 1,
  scheduledAt: null,
  stale,
});
const numbers = (list: Duty[]) => list.map((d) => d.matchNumber);

test("the next is the one after the last that was scouted", () => {
  const list = [duty(5, 11), duty(1, 11), duty(3, 12), duty(8, 13)];
  assert.equal(nextDuty(list, [])?.matchNumber, 1);
  assert.equal(nextDuty(list, [duty(1, 11)])?.matchNumber, 3);
  assert.equal(nextDuty(list, [duty(5, 11)])?.matchNumber, 8, "the missed third does not come back");
  assert.equal(nextDuty(list, [duty(4, 99)])?.matchNumber, 5, "what was scouted besides counts, too");
  assert.equal(nextDuty(list, [duty(8, 13)]), undefined);
});

test("practice comes before qualification, playoffs after, by series", () => {
  const list = [duty(1, 1, "playoff", 2), duty(1, 1, "playoff", 1), duty(9, 1), duty(1, 1, "practice")];
  const order: string[] = [];
  const seen: Duty[] = [];
  for (let next = nextDuty(list, seen); next; next = nextDuty(list, seen)) {
    order.push(next.tournamentLevel + next.series);
    seen.push(next);
  }
  assert.deepEqual(order, ["practice0", "qual0", "playoff1", "playoff2"]);
});

test("missed ones stay in sight, stale ones are not next", () => {
  const list = [duty(1, 1), duty(2, 2), duty(3, 3, "qual", 0, true), duty(4, 4), duty(6, 6)];
  const { next, later, missed } = progress(list, [duty(2, 2)]);
  assert.equal(next?.matchNumber, 4);
  assert.deepEqual([numbers(later), numbers(missed)], [[6], [1, 3]]);
  assert.deepEqual(numbers(progress(list, [duty(6, 6)]).missed), [1, 2, 3, 4]);
});

const match = (matchNumber: number, robots: number[], scheduledAt: string | null = null): Match => ({
  season: 2025,
  eventCode: "X",
  tournamentLevel: "qual",
  series: 0,
  matchNumber,
  description: "",
  field: "",
  scheduledAt,
  robots: robots.map((teamNumber, i) => ({ teamNumber, alliance: i < 2 ? "RED" : "BLUE", station: 1 + (i % 2), surrogate: false })),
});

test("without assignments it is the same place of the next match", () => {
  const matches = [match(3, []), match(2, [5, 6, 7, 8]), match(1, [1, 2, 3, 4]), match(4, [9, 10, 11, 12])];
  const at = (matchNumber: number, robot: number) => follower(matches, duty(matchNumber, robot));
  assert.equal(at(1, 4)?.scoutedTeamNumber, 8);
  assert.equal(at(1, 4)?.alliance, "BLUE");
  assert.equal(at(2, 5)?.matchNumber, 4, "a match without robots is passed over");
  assert.equal(at(4, 9), undefined);
  assert.equal(follower(matches, undefined), undefined);
});

test("the list begins at the match that is about to be played", () => {
  const matches = [match(1, [1], "2026-01-17T10:00:00Z"), match(2, [1], "2026-01-17T10:08:00Z"), match(3, [1], "2026-01-17T10:16:00Z")];
  assert.equal(upcoming(matches, Date.parse("2026-01-17T10:03:00Z"))?.matchNumber, 1);
  assert.equal(upcoming(matches, Date.parse("2026-01-17T10:05:00Z"))?.matchNumber, 2);
});

test("a place goes through an address", () => {
  const place = {
    season: 2025,
    eventCode: "X",
    tournamentLevel: "playoff" as const,
    series: 3,
    matchNumber: 1,
    alliance: "BLUE" as const,
    scoutedTeamNumber: 8569,
  };
  assert.deepEqual(pathPlace(2025, "X", placePath(place)), place);
  for (const bad of ["", "qual-0-12-red", "qual-0-12-green-1", "final-0-1-red-1"]) assert.equal(pathPlace(2025, "X", bad), undefined);
});
