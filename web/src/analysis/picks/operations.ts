import type { Schemas } from "../../api";

export type Item = Schemas["PicklistItem"];
export type Operation = Schemas["PickListOperationIn"];
export type Recorded = Schemas["PicklistOperation"];

/** Waiting is an operation that is not on the server yet, with the version that its editor saw. */
export interface Waiting {
  op: Operation;
  base: number;
}

/** Stuck is one that the server refused because somebody else changed the same. */
export interface Stuck {
  op: Operation;
  by: string;
}

/** apply does an operation to a list as the server does; one that does not fit leaves it as it is. */
export function apply(items: Item[], op: Operation | Recorded): Item[] {
  const number = op.teamNumber ?? 0;
  const item = items.find(({ teamNumber }) => teamNumber === number);
  const others = items.filter(({ teamNumber }) => teamNumber !== number);
  if (op.kind === "insert")
    return item ? items : put(others, { ...told({ teamNumber: number, tier: 0, tags: [], note: "" }, op), struck: struckBy(op) }, op.after);
  if (!item) return items;
  if (op.kind === "remove") return others;
  if (op.kind === "move") return put(others, item, op.after);
  const changed =
    op.kind === "set" ? told(item, op) : op.kind === "strike" || op.kind === "unstrike" ? { ...item, struck: struckBy(op) } : item;
  return items.map((one) => (one === item ? changed : one));
}

const told = (item: Item, { tier, tags, note }: Operation | Recorded): Item => ({
  ...item,
  tier: tier ?? item.tier,
  tags: tags ?? item.tags,
  note: note ?? item.note,
});

const struckBy = ({ strike }: Operation | Recorded) => (strike ? { ...strike } : undefined);

// put places an item after a team: 0 is the start, none the end. An anchor that is gone is the end.
function put(items: Item[], item: Item, after?: number | null): Item[] {
  const found = items.findIndex(({ teamNumber }) => teamNumber === after);
  const place = after === 0 ? 0 : found >= 0 ? found + 1 : items.length;
  return [...items.slice(0, place), item, ...items.slice(place)];
}

/** moveTo is the operation that brings a team to a place of the list, counted from 0; null when it stands there. */
export function moveTo(items: Item[], teamNumber: number, place: number): Operation | null {
  const from = items.findIndex((item) => item.teamNumber === teamNumber);
  const to = Math.max(0, Math.min(items.length - 1, place));
  if (from < 0 || from === to) return null;
  const others = items.filter((item) => item.teamNumber !== teamNumber);
  return { id: crypto.randomUUID(), kind: "move", teamNumber, after: to === 0 ? 0 : others[to - 1].teamNumber };
}

/** Clash is what stood in the way of an operation, as the server tells it. */
export interface Clash {
  version: number;
  conflicts: { operationId: string; teamNumber: number; aspects: string[]; version: number }[];
}

/** onlyAnchor says whether a move was refused merely because the team before it moved: the wish still has a meaning. */
export const onlyAnchor = (op: Operation, { conflicts }: Clash) =>
  op.kind === "move" && conflicts.length > 0 && conflicts.every(({ teamNumber }) => teamNumber !== op.teamNumber);

/** rebase writes an operation anew for the list as it is now; null when its team is gone. */
export function rebase(op: Operation, items: Item[]): Operation | null {
  const there = (number: number) => items.some(({ teamNumber }) => teamNumber === number);
  if (op.kind !== "insert" && op.kind !== "rename" && !there(op.teamNumber ?? 0)) return null;
  const after = op.after && !there(op.after) ? undefined : op.after;
  return { ...op, id: crypto.randomUUID(), after };
}

/** clashes says whether what somebody else did since concerns what an operation writes: the same robot's same side. */
export function clashes(op: Operation, theirs: Recorded): boolean {
  if (op.kind === "rename" || theirs.kind === "rename") return op.kind === theirs.kind;
  if (op.teamNumber !== theirs.teamNumber) return false;
  const [a, b] = [sides(op), sides(theirs)];
  return a.has("all") || b.has("all") || [...a].some((side) => b.has(side));
}

function sides({ kind, tier, tags, note }: Operation | Recorded): Set<string> {
  if (kind === "insert" || kind === "remove") return new Set(["all"]);
  if (kind === "strike" || kind === "unstrike") return new Set(["strike"]);
  if (kind === "move") return new Set(["place"]);
  const given = Object.entries({ tier, tags, note }).filter(([, value]) => value !== undefined && value !== null);
  return new Set(given.map(([side]) => side));
}
