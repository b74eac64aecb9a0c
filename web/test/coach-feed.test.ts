import assert from "node:assert/strict";
import { test } from "node:test";
import {
  currentEntries,
  type Entry,
  feedOf,
  inTurn,
  type Note,
  noFilter,
  noNews,
  withEntry,
  withImport,
  withoutEntry,
} from "../src/coach/feed.ts";

const entry = (id: string, minute: number, rev = 1, change: Partial<Entry> = {}) =>
  ({
    id,
    rev,
    createdAt: new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString(),
    scoutedTeamNumber: 8569,
    matchNumber: minute,
    scouter: { id: `of ${id}`, displayName: id },
    totalScore: rev,
    ...change,
  }) as Entry;
const name = (e: Entry) => `Q${e.matchNumber}`;
const ids = (list: { entry: Entry }[]) => list.map((one) => one.entry.id);

test("the newest state of each entry counts, whichever way it came first", () => {
  const read = [entry("a", 1, 3), entry("b", 2)];
  let news = withEntry(noNews, entry("a", 1, 2)); // older than what was read
  news = withEntry(news, entry("b", 2, 4));
  news = withEntry(news, entry("b", 2, 2)); // told late
  news = withEntry(news, entry("c", 3));
  const now = currentEntries(read, news);
  assert.deepEqual(ids(now), ["c", "b", "a"]);
  assert.deepEqual(
    now.map(({ entry }) => entry.rev),
    [1, 4, 3],
  );
});

test("a deleted entry stays where it was, struck, until it is read no more", () => {
  const news = withoutEntry(noNews, "a", 2);
  assert.deepEqual(
    currentEntries([entry("b", 2), entry("a", 1)], news).map(({ gone }) => gone),
    [false, true],
  );
  assert.deepEqual(ids(currentEntries([], news)), [], "what nobody saw is not shown");
});

test("filters narrow by robot, scout and match; imports are of no robot", () => {
  const note = { ...entry("n", 5), author: { id: "of a", displayName: "a" }, matchNumber: 1 } as unknown as Note;
  const read = { entries: [entry("a", 1), entry("b", 2, 1, { scoutedTeamNumber: 9021 }), entry("c", 12)], notes: [note] };
  const news = withImport(noNews, 7, Date.UTC(2026, 0, 1, 11));
  const keys = (filter: Partial<typeof noFilter>) => feedOf(read, news, { ...noFilter, ...filter }, name).map(({ key }) => key);
  assert.deepEqual(keys({}), ["import 0", "c", "n", "b", "a"]);
  assert.deepEqual(keys({ robot: "90" }), ["b"]);
  assert.deepEqual(keys({ scout: "of a" }), ["n", "a"]);
  assert.deepEqual(keys({ match: "q1" }), ["n", "a"]);
  assert.deepEqual(keys({ match: "12" }), ["c"]);
});

test("whoever asks during a run is answered by one that began after", async () => {
  const began: number[] = [];
  let end = () => {};
  let asked = 0;
  const ask = inTurn(() => {
    began.push(asked);
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  asked = 1;
  const all = ask();
  asked = 2;
  ask();
  ask();
  end();
  while (began.length < 2) await new Promise(setImmediate);
  end();
  await all;
  assert.deepEqual(began, [1, 2]);
});
