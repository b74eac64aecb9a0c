import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, whenOf } from "../src/public/facts";
import { codeOf, overviewOf, partsOf, remaining, titleOf, wonBy } from "../src/public/match";
import { abortOf, completeOf, type Match, marked, markOf, noMarks, startOf } from "../src/public/state";

const match = (matchNumber: number, change: Partial<Match> = {}): Match => ({
  season: 2025,
  eventCode: "X",
  tournamentLevel: "qual",
  series: 0,
  matchNumber,
  description: "",
  field: "",
  scheduledAt: `2026-01-17T10:0${matchNumber}:00Z`,
  startedAt: null,
  aborted: false,
  state: "scheduled",
  result: null,
  robots: [
    { alliance: "RED", station: 1, teamNumber: 1, surrogate: false },
    { alliance: "BLUE", station: 1, teamNumber: 2, surrogate: false },
  ],
  ...change,
});
const key = (matchNumber: number) => ({
  season: 2025,
  eventCode: "X",
  level: "qual",
  series: 0,
  matchNumber,
  redTeams: [1],
  blueTeams: [2],
});
const started = (n: number, startedAt: string) => ({ ...key(n), startedAt, field: "1", source: "operator" });
const side = (total: number) => ({ total, noFoul: total, auto: 1, teleop: total - 1, endgame: 0, foulPoints: 0, rpFlags: null });
const completed = (n: number, red: number, blue: number, rev = 1, postedAt = "2026-01-17T10:05:00Z") => ({
  ...key(n),
  red: side(red),
  blue: side(blue),
  winner: red > blue ? "RED" : "BLUE",
  postedAt,
  official: true,
  rev,
});

test("the same events in any order, once or twice, give the same matches", () => {
  const events = [
    (list: Match[]) => startOf(list, started(1, "2026-01-17T10:01:00Z")),
    (list: Match[]) => completeOf(list, completed(1, 10, 20)),
    (list: Match[]) => completeOf(list, completed(1, 30, 20, 2)),
  ];
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [0, 2, 1, 0, 1, 2],
    [2, 2, 0],
  ];
  for (const order of orders) {
    const [only] = order.reduce<Match[]>((list, i) => events[i]!(list), [match(1)]);
    assert.equal(only!.state, "completed", String(order));
    assert.equal(wonBy(only!), "RED");
    assert.equal(only!.result?.alliances?.[0]?.total, 30);
  }
});

test("a replay runs again, and the old result does not end it", () => {
  const over = completeOf([match(1)], completed(1, 10, 20));
  const again = startOf(over, started(1, "2026-01-17T11:00:00Z"));
  assert.equal(again[0]!.state, "started");
  assert.equal(completeOf(again, completed(1, 10, 20))[0]!.state, "started");
  assert.equal(completeOf(again, completed(1, 50, 20, 2, "2026-01-17T11:04:00Z"))[0]!.state, "completed");
});

test("what changes nothing keeps the very same list", () => {
  const over = completeOf([match(1)], completed(1, 10, 20));
  assert.equal(completeOf(over, completed(1, 10, 20)), over);
  assert.equal(startOf(over, started(1, "2026-01-17T10:01:00Z")), over);
});

test("a match that was stopped waits again; one that nobody planned gets a place", () => {
  const runs = startOf([match(1)], started(1, "2026-01-17T10:01:00Z"));
  const stopped = abortOf(runs, { ...key(1), abortedAt: "2026-01-17T10:02:00Z", source: "operator" });
  assert.deepEqual([stopped[0]!.state, stopped[0]!.aborted], ["scheduled", true]);
  const more = startOf(runs, started(9, "2026-01-17T10:09:00Z"));
  assert.deepEqual(
    more.map(({ matchNumber }) => matchNumber),
    [1, 9],
  );
});

test("an entry counts once, by whatever way it comes", () => {
  const entry = { level: "qual", matchNumber: 1, scoutedTeamNumber: 2 };
  const marks = ["a", "b", "a"].reduce((before, id) => markOf(before, id, entry), noMarks);
  assert.equal(marked(marks, match(1), 2), 2);
  assert.equal(marked(marks, match(2), 2), 0);
  assert.equal(marked(marks, match(1, { tournamentLevel: "playoff" }), 2), 0);
});

test("the overview has what runs, what was posted last, what comes next", () => {
  const list = [match(1), match(2), match(3)];
  const seen = overviewOf(startOf(completeOf(list, completed(1, 1, 2)), started(2, "2026-01-17T10:10:00Z")));
  assert.deepEqual([seen.now?.matchNumber, seen.runs, seen.newest.length, seen.next[0]?.matchNumber], [2, true, 1, 3]);
  assert.equal(overviewOf(list).now?.matchNumber, 1);
  assert.equal(overviewOf([]).now, null);
});

test("names, parts, time left", () => {
  assert.equal(codeOf(match(12)), "Q12");
  assert.equal(codeOf(match(2, { tournamentLevel: "playoff", series: 3 })), "P3.2");
  assert.equal(titleOf(match(2, { tournamentLevel: "playoff", series: 3 })), "Playoff 3, replay 1");
  const details = { teleopArtifactPoints: 3, robot1Auto: true, movementRP: false, totalPoints: 9, autoClassifierState: ["NONE", "GREEN"] };
  const [over] = completeOf([match(1)], completed(1, 9, 2));
  over!.result!.alliances![0]!.details = details as never;
  const told = partsOf(over!).map(({ phase, label, red, blue }) => [phase, label, red, blue].join("|"));
  assert.deepEqual(told, [
    "teleop|Teleop artifact points|3|–",
    "auto|Robot 1 auto|yes|–",
    "other|Movement RP|no|–",
    "auto|Auto classifier state|·G|–",
  ]);
  const start = "2026-01-17T10:00:00Z";
  assert.deepEqual(
    [remaining(start, Date.parse(start) + 8_000), remaining(start, Date.parse(start) + 200_000), remaining(null, 0)],
    [150, null, null],
  );
});

test("an event runs on its days, by the calendar where it is", () => {
  const event = {
    eventCode: "X",
    name: "",
    venue: "",
    city: "",
    region: "",
    country: "",
    startsOn: "2026-01-17T00:00:00Z",
    endsOn: null,
    timezone: "America/Los_Angeles",
  };
  const at = (time: string) => whenOf(event as never, Date.parse(time));
  assert.deepEqual(["2026-01-17T07:00:00Z", "2026-01-17T09:00:00Z", "2026-01-18T07:59:00Z", "2026-01-18T08:01:00Z"].map(at), [
    "next",
    "now",
    "now",
    "past",
  ]);
});

test("a table for a spreadsheet quotes, and runs no formula", () => {
  assert.equal(
    csvOf([
      ["a", 'b "c", d', -1],
      ["=1+1", null, "@x"],
    ]),
    'a,"b ""c"", d",-1\r\n\'=1+1,,\'@x\r\n',
  );
});
