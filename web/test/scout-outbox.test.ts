import assert from "node:assert/strict";
import { test } from "node:test";
import { backupOf, restored } from "../src/scout/outbox/backup";
import {
  answered,
  backOff,
  heard,
  type Item,
  newItem,
  old,
  resend,
  type Stored,
  summaryOf,
  toSend,
  wireEntry,
} from "../src/scout/outbox/item";
import { type BatchResult, type NewEntry, newId } from "../src/scout/wire";

const ana = { id: newId(), displayName: "Ana" };
const ben = { id: newId(), displayName: "Ben" };
const team = newId();
const entry = (matchNumber: number): NewEntry => ({
  id: newId(),
  scoutingTeamId: team,
  season: 2025,
  eventCode: "X",
  tournamentLevel: "qual",
  series: 0,
  matchNumber,
  alliance: "RED",
  scoutedTeamNumber: 1,
  data: {},
  notes: "",
});
const queue = (...owners: (typeof ana)[]): Item[] =>
  owners.map((owner, i) => ({ ...newItem(owner, entry(i + 1), 1, 1000 + i), order: i + 1 }));
const numbers = (items: Item[]) => items.map((i) => i.entry.matchNumber);
const problem = (status: number, code: string, current?: unknown): BatchResult => ({
  id: "",
  status,
  problem: { type: `/docs/errors#${code}`, detail: "why", status, title: "", error: "", success: false, current },
});
const stored = (item: Item, rev = 1) => ({ id: item.id, status: rev === 1 ? 201 : 200, entry: { rev, totalScore: 7 } }) as BatchResult;

test("in the order they were saved, and never those of another account", () => {
  const items = queue(ana, ben, ana, ana).reverse();
  assert.deepEqual(numbers(toSend(items, ana.id, 200)), [1, 3, 4]);
  assert.deepEqual(numbers(toSend(items, ana.id, 2)), [1, 3]);
  assert.deepEqual(numbers(toSend(items, ben.id, 200)), [2]);
  assert.deepEqual(toSend(items, newId(), 200), []);
});

test("who carries an entry leaves the credit to its owner", () => {
  const [own, carried] = queue(ana, ben);
  carried.courier = ana.id;
  assert.deepEqual(numbers(toSend([own, carried], ana.id, 9)), [1, 2]);
  assert.equal(wireEntry(own).scouterId, ana.id);
  assert.deepEqual(wireEntry(carried), { ...carried.entry, scouterId: ben.id });
});

test("a change goes alone, after what was saved before it", () => {
  const items = queue(ana, ana, ana, ana);
  items[1].rev = 3;
  assert.deepEqual(numbers(toSend(items, ana.id, 9)), [1]);
  assert.deepEqual(numbers(toSend(items.slice(1), ana.id, 9)), [2]);
  assert.deepEqual(numbers(toSend(items.slice(2), ana.id, 9)), [3, 4]);
});

test("what an answer makes of an item", () => {
  const [item] = queue(ana);
  const after = (result: BatchResult) => answered(item, result, 5000);
  assert.deepEqual([after(stored(item)).state, after(stored(item)).answer], ["sent", { rev: 1, totalScore: 7 }]);
  assert.equal(after(stored(item, 2)).state, "sent", "a repeat is as good");
  const held = after({ id: item.id, status: 202, quarantine: { id: item.id, reason: "robot-not-in-match", detail: "It is not there." } });
  assert.deepEqual([held.state, held.reason?.code, held.reason?.detail], ["quarantined", "robot-not-in-match", "It is not there."]);
  for (const [status, code] of [
    [422, "bad-form"],
    [409, "entry-id-taken"],
    [404, "no-such-team"],
    [403, "role"],
    [409, "quarantine-full"],
    [429, "quarantine-limit"],
  ] as const) {
    const refused = after(problem(status, code));
    assert.deepEqual([refused.state, refused.reason?.code, refused.reason?.detail], ["refused", code, "why"]);
    assert.deepEqual(toSend([refused], ana.id, 9), []);
    assert.deepEqual(
      toSend([resend(refused)], ana.id, 9).map((i) => i.id),
      [item.id],
      "the same id again",
    );
  }
  for (const status of [500, 503, 429, 401]) assert.equal(after(problem(status, "later")).state, "waiting", String(status));
  const conflict = after(problem(409, "stale-rev", { rev: 4 } as Stored));
  assert.deepEqual([conflict.state, conflict.current?.rev], ["conflict", 4]);
});

test("what was edited while it was on its way is not taken for sent", () => {
  const [sent] = queue(ana);
  const edited = { ...sent, entry: { ...sent.entry, notes: "better" } };
  assert.equal(heard(sent, sent, stored(sent), 1).state, "sent");
  const after = heard(edited, sent, stored(sent, 3), 1);
  assert.deepEqual([after.state, after.rev, after.entry.notes], ["waiting", 3, "better"]);
  assert.deepEqual(heard(edited, sent, problem(422, "bad-form"), 1), edited);
});

test("the badge counts what waits, what needs a hand, and what others left here", () => {
  const items = queue(ana, ana, ben, ana, ana, ana);
  items[1] = answered(items[1], stored(items[1]), 9000);
  items[3] = answered(items[3], problem(422, "bad-form"), 9500);
  items[4] = answered(items[4], problem(409, "stale-rev", { rev: 4 }), 9600);
  items[5] = answered(items[5], { id: "", status: 202, quarantine: { id: "", reason: "", detail: "" } }, 9700);
  assert.deepEqual(summaryOf(items, ana.id), { waiting: 1, attention: 2, quarantined: 1, others: 1, oldest: 1000, lastSent: 9000 });
  assert.deepEqual(summaryOf(items, undefined), { waiting: 0, attention: 0, quarantined: 0, others: 2, oldest: 1000 });
});

test("the wait grows, is never long, and differs between tablets", () => {
  assert.deepEqual(
    [1, 2, 3, 6, 40].map((n) => backOff(n, 0.5)),
    [1000, 2000, 4000, 30_000, 30_000],
  );
  assert.ok(backOff(3, 0) < backOff(3, 0.9));
});

test("a backup has everything that is not on the server, and comes back with the same ids", () => {
  const items = queue(ana, ben, ana);
  items[2] = answered(items[2], stored(items[2]), 9000);
  const back = restored(backupOf(items, 10_000));
  assert.deepEqual(
    back?.map((i) => [i.id, i.owner.displayName, i.state]),
    [
      [items[0].id, "Ana", "waiting"],
      [items[1].id, "Ben", "waiting"],
    ],
  );
  for (const bad of [
    "",
    "[]",
    "{}",
    backupOf(items, 1).replace(items[0].id, "x"),
    backupOf(items, 1).replace('"version": 1', '"version": 2'),
  ])
    assert.equal(restored(bad), null);
});

test("what is sent is forgotten after days, what is not never", () => {
  const [item] = queue(ana);
  assert.equal(old(item, 1e12), false);
  assert.equal(old(answered(item, stored(item), 0), 11 * 24 * 3600 * 1000), true);
});
