import assert from "node:assert/strict";
import { test } from "node:test";
import { type Match, matchAt, nextOf } from "../src/analysis/brief/brief.ts";
import { bestOf, numbersOf } from "../src/analysis/compare/table.ts";
import { csv } from "../src/analysis/csv.ts";
import { points, quantile, signed, spread } from "../src/analysis/figures.ts";
import { before, short } from "../src/analysis/order.ts";

test("figures have one digit at most, and none where it says nothing", () => {
  assert.deepEqual([8.2000001, 51, -0.01, null, Number.NaN].map(points), ["8.2", "51", "0", "–", "–"]);
  assert.deepEqual([1.24, -0.5, 0.01].map(signed), ["+1.2", "−0.5", "0"]);
});

test("quartiles lie between values in proportion", () => {
  assert.equal(quantile([], 0.5), null);
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.deepEqual(spread([0, 10, 20, 30, 40]), { from: 10, to: 30, width: 20 });
});

test("the best is marked by what is shown, and nobody where all are the same or nobody is known", () => {
  const line = (values: (number | null)[], less?: boolean) => ({ key: "k", title: "", values, less });
  assert.deepEqual(bestOf(line([1, 3.01, 3.04, null])), [1, 2]);
  assert.deepEqual(bestOf(line([1, 3], true)), [0]);
  assert.deepEqual(bestOf(line([2, 2])), []);
  assert.deepEqual(bestOf(line([2, null])), []);
});

test("an address names up to six robots, each once", () => {
  assert.deepEqual(numbersOf("731,abc,731,-1,9021"), [731, 9021]);
  assert.equal(numbersOf("1,2,3,4,5,6,7").length, 6);
  assert.deepEqual(numbersOf(null), []);
});

test("a sheet quotes what it must and runs nothing", () => {
  assert.equal(csv([["a,b", 'say "x"', "=1+1", 1.23456, null]]), '"a,b","say ""x""",\'=1+1,1.235,\r\n');
});

test("matches come as they are played, and our next one is the first that is not over", () => {
  const match = (tournamentLevel: string, series: number, matchNumber: number, state: string, team: number) =>
    ({
      tournamentLevel,
      series,
      matchNumber,
      state,
      robots: [{ alliance: "RED", station: 1, teamNumber: team, surrogate: false }],
    }) as unknown as Match;
  const list = [
    match("playoff", 1, 1, "scheduled", 731),
    match("qual", 0, 12, "scheduled", 731),
    match("qual", 0, 2, "completed", 731),
    match("qual", 0, 3, "scheduled", 9021),
    match("practice", 0, 1, "scheduled", 731),
  ];
  assert.deepEqual([...list].sort(before).map(short), ["T1", "Q2", "Q3", "Q12", "P1-1"]);
  assert.equal(short(nextOf(list, 731)!), "Q12");
  assert.equal(short(matchAt(list, "playoff-1-1")!), "P1-1");
  assert.equal(nextOf(list.slice(2, 3), 731), null);
});
