import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, clashes, type Item, moveTo, type Operation, onlyAnchor, rebase } from "../src/analysis/picks/operations.ts";

const item = (teamNumber: number, change: Partial<Item> = {}): Item => ({ teamNumber, tier: 0, tags: [], note: "", ...change });
const list = [item(1), item(2), item(3), item(4)];
const numbers = (items: Item[]) => items.map(({ teamNumber }) => teamNumber);
const op = (change: Partial<Operation> & Pick<Operation, "kind">): Operation => ({ id: "x", ...change });

test("moves go to the start, behind a team, and to the end", () => {
  assert.deepEqual(numbers(apply(list, op({ kind: "move", teamNumber: 3, after: 0 }))), [3, 1, 2, 4]);
  assert.deepEqual(numbers(apply(list, op({ kind: "move", teamNumber: 1, after: 3 }))), [2, 3, 1, 4]);
  assert.deepEqual(numbers(apply(list, op({ kind: "move", teamNumber: 1 }))), [2, 3, 4, 1]);
});

test("each place of the list can be reached, and standing there already is no operation", () => {
  for (const from of [1, 2, 3, 4])
    for (const place of [0, 1, 2, 3]) {
      const move = moveTo(list, from, place);
      if (place === from - 1) assert.equal(move, null);
      else assert.equal(numbers(apply(list, move!))[place], from);
    }
  assert.equal(numbers(apply(list, moveTo(list, 2, 99)!))[3], 2);
  assert.equal(numbers(apply(list, moveTo(list, 2, -5)!))[0], 2);
});

test("set changes what is given and nothing else; strikes come and go; insert and remove", () => {
  const noted = apply(list, op({ kind: "set", teamNumber: 2, note: "fast" }));
  assert.deepEqual(apply(noted, op({ kind: "set", teamNumber: 2, tier: 1 }))[1], item(2, { note: "fast", tier: 1 }));
  const struck = apply(list, op({ kind: "strike", teamNumber: 2, strike: { reason: "captain", alliance: 1 } }));
  assert.equal(struck[1].struck?.alliance, 1);
  assert.equal(apply(struck, op({ kind: "unstrike", teamNumber: 2 }))[1].struck, undefined);
  assert.deepEqual(numbers(apply(list, op({ kind: "insert", teamNumber: 9, after: 1 }))), [1, 9, 2, 3, 4]);
  assert.deepEqual(numbers(apply(list, op({ kind: "remove", teamNumber: 3 }))), [1, 2, 4]);
});

test("a move whose anchor moved is written anew; one whose own team moved is not", () => {
  const move = op({ kind: "move", teamNumber: 4, after: 1 });
  const clash = (teamNumber: number) => ({ version: 7, conflicts: [{ operationId: "x", teamNumber, aspects: ["place"], version: 7 }] });
  assert.equal(onlyAnchor(move, clash(1)), true);
  assert.equal(onlyAnchor(move, clash(4)), false);
  const anew = rebase(move, list);
  assert.equal(anew?.after, 1);
  assert.notEqual(anew?.id, move.id);
  assert.equal(rebase(move, [item(4)])?.after, undefined, "the anchor is gone");
  assert.equal(rebase(move, [item(1)]), null, "the team is gone");
});

test("only the same side of the same robot clashes", () => {
  const tier = op({ kind: "set", teamNumber: 2, tier: 1 });
  assert.equal(clashes(tier, op({ kind: "set", teamNumber: 2, tier: 3 })), true);
  assert.equal(clashes(tier, op({ kind: "set", teamNumber: 2, note: "x" })), false);
  assert.equal(clashes(tier, op({ kind: "set", teamNumber: 3, tier: 3 })), false);
  assert.equal(clashes(tier, op({ kind: "move", teamNumber: 2, after: 0 })), false);
  assert.equal(clashes(tier, op({ kind: "remove", teamNumber: 2 })), true);
});
