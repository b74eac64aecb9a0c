// The rules of the outbox, without storage and network: what is sent next and by whom, what an
// answer means for an item, how long to wait.
import type { Alliance, Answers, BatchResult, Level, NewEntry, Person, ProblemBody } from "../wire";

/** State of an item as it is stored; "sending" is only ever seen from outside, see Outbox. */
export type State = "waiting" | "sent" | "refused" | "quarantined" | "conflict";

/** Reason is why the server did not record an item, in its words. */
export interface Reason {
  status: number;
  code: string;
  detail: string;
  fields: { pointer: string; detail: string }[];
}

/** Item is one entry on its way to the server. */
export interface Item {
  order?: number; // its place in the queue, given when it is stored
  id: string; // of the entry, the same on every try
  owner: Person; // who scouted it, and in whose name it is sent
  courier?: string; // another account that carries it; the owner keeps the credit
  entry: NewEntry;
  formVersion: number;
  rev?: number; // this is a change of the stored entry that has this rev
  savedAt: number;
  state: State;
  tries: number; // begun ones: after the first the server may have it, whatever we heard
  reason?: Reason;
  current?: Stored; // what the server has in place of this, when state is conflict
  answer?: { rev: number; totalScore: number };
  answeredAt?: number;
}

/** Stored is the part of a server's entry by which two versions are compared. */
export interface Stored {
  rev: number;
  tournamentLevel: Level;
  series: number;
  matchNumber: number;
  alliance: Alliance;
  scoutedTeamNumber: number;
  data: Answers;
  notes: string;
  totalScore: number;
}

/** contentOf is what two versions of an entry can differ in. */
export const contentOf = ({ tournamentLevel, series, matchNumber, alliance, scoutedTeamNumber, data, notes }: Stored) => ({
  tournamentLevel,
  series,
  matchNumber,
  alliance,
  scoutedTeamNumber,
  data,
  notes,
});

/** newItem is an entry that was just saved. */
export const newItem = (owner: Person, entry: NewEntry, formVersion: number, at: number): Item => ({
  id: entry.id,
  owner,
  entry,
  formVersion,
  savedAt: at,
  state: "waiting",
  tries: 0,
});

const byOrder = (a: Item, b: Item) => (a.order ?? 0) - (b.order ?? 0);

/** mine reports whether an account may send an item: its own, or one that it was asked to carry. */
export const mine = (item: Item, me: string) => item.owner.id === me || item.courier === me;

/** toSend returns the next items of an account that travel together, in the order they were saved. */
export function toSend(items: Item[], me: string, most: number): Item[] {
  const waiting = items.filter((i) => i.state === "waiting" && mine(i, me)).sort(byOrder);
  if (waiting[0]?.rev !== undefined) return waiting.slice(0, 1);
  const change = waiting.findIndex((i) => i.rev !== undefined);
  return waiting.slice(0, change < 0 ? most : Math.min(change, most));
}

/**
 * wireEntry is an item as a batch has it. It always says whose it is: should somebody else have
 * signed in meanwhile, in another tab, the credit is still right.
 */
export const wireEntry = ({ entry, owner }: Item) => ({ ...entry, scouterId: owner.id });

/** reasonOf reads a problem document. */
export function reasonOf(problem: Partial<ProblemBody> | undefined, status: number): Reason {
  return {
    status,
    code: problem?.type?.split("#")[1] ?? "",
    detail: problem?.detail ?? "",
    fields: problem?.errors ?? [],
  };
}

/** passing reports whether a refusal may be none next time, so that the item goes on waiting. */
export const passing = (status: number, code = "") =>
  code !== "quarantine-limit" && (status === 0 || status === 401 || status === 408 || status === 425 || status === 429 || status >= 500);

/** answered is the item after the server's word about it. */
export function answered(item: Item, result: BatchResult, at: number): Item {
  const base = { ...item, answeredAt: at };
  const reason = result.problem && reasonOf(result.problem, result.status);
  if (result.status === 202 && result.quarantine) {
    const { reason: code, detail } = result.quarantine;
    return { ...base, state: "quarantined", reason: { status: 202, code, detail, fields: [] } };
  }
  if (result.entry && result.status < 300) {
    const { rev, totalScore } = result.entry;
    return { ...base, state: "sent", answer: { rev, totalScore }, reason: undefined, current: undefined, rev: undefined };
  }
  if (passing(result.status, reason?.code)) return { ...base, reason };
  const current = result.problem?.current as Stored | undefined;
  if (reason?.code === "stale-rev" && current) return { ...base, state: "conflict", reason, current };
  return { ...base, state: "refused", reason };
}

/**
 * heard is the item after an answer to what was sent of it. Where somebody edited it meanwhile, the
 * server has the old content, and the new one is a change of that.
 */
export function heard(item: Item, sent: Item, result: BatchResult, at: number): Item {
  const same = item.rev === sent.rev && JSON.stringify(item.entry) === JSON.stringify(sent.entry);
  if (same) return answered(item, result, at);
  return result.entry && result.status < 300 ? { ...item, rev: result.entry.rev } : item;
}

/** resend is an item that tries again, perhaps with other content. */
export const resend = (item: Item, change: Partial<Pick<Item, "entry" | "rev" | "courier" | "formVersion">> = {}): Item => ({
  ...item,
  ...change,
  state: "waiting",
  reason: undefined,
  current: undefined,
});

/** Summary is what the badge says. */
export interface Summary {
  waiting: number; // of this account, and carried by it
  attention: number; // refused or in conflict
  quarantined: number;
  others: number; // waiting ones of other accounts on this device
  oldest?: number; // when the oldest waiting one was saved
  lastSent?: number;
}

/** summaryOf counts the outbox as an account sees it. */
export function summaryOf(items: Item[], me: string | undefined): Summary {
  const sum: Summary = { waiting: 0, attention: 0, quarantined: 0, others: 0 };
  for (const item of items) {
    const own = me !== undefined && mine(item, me);
    if (item.state === "waiting") {
      if (own) sum.waiting++;
      else sum.others++;
      sum.oldest = Math.min(sum.oldest ?? item.savedAt, item.savedAt);
    }
    if (!own) continue;
    if (item.state === "refused" || item.state === "conflict") sum.attention++;
    if (item.state === "quarantined") sum.quarantined++;
    if (item.state === "sent") sum.lastSent = Math.max(sum.lastSent ?? 0, item.answeredAt ?? 0);
  }
  return sum;
}

/** backOff is how long to wait after so many failures in a row: it doubles up to half a minute, and no two tablets agree. */
export const backOff = (failures: number, random = Math.random()) =>
  Math.min(30_000, 1000 * 2 ** Math.min(failures - 1, 10)) * (0.5 + random);

/** old reports whether an item that is done may be forgotten: after ten days. */
export const old = (item: Item, now: number) =>
  (item.state === "sent" || item.state === "quarantined") && now - (item.answeredAt ?? now) > 10 * 24 * 3600 * 1000;
