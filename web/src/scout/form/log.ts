// A scout's answers as a log of what they tapped. The log is the draft: it is stored as it is,
// undo and redo move its end, and what it says of times is not lost.
import type { Answer, Answers, Field, Form } from "../wire";

/** Action is one tap: by how much a count changed, or the new answer of a flag or choice. */
export interface Action {
  at: number; // ms since 1970
  field: string;
  change: Answer;
}

/** Log is what was tapped, and what was undone and may come back, the next one last. */
export interface Log {
  done: Action[];
  undone: Action[];
}

export const emptyLog: Log = { done: [], undone: [] };

const least = (f: Field) => f.min ?? 0;
const greatest = (f: Field) => f.max ?? Number.MAX_SAFE_INTEGER;

/** usual is what a field says before anybody touched it; undefined for a choice that has to be made. */
export function usual(f: Field): Answer | undefined {
  if (f.default !== undefined) return f.default;
  if (f.required) return undefined;
  if (f.type === "count") return least(f);
  return f.type === "flag" ? false : f.choices?.[0]?.value;
}

function follow(f: Field, before: Answer | undefined, change: Answer): Answer {
  if (f.type !== "count") return change;
  return Math.min(greatest(f), Math.max(least(f), Number(before ?? least(f)) + Number(change)));
}

/** answers returns what the log says of every field; a required one that nobody answered is not in it. */
export function answers(form: Form, log: Log): Answers {
  const data: Answers = {};
  const fields = new Map(form.fields.map((f) => [f.key, f]));
  for (const f of form.fields) {
    const value = usual(f);
    if (value !== undefined) data[f.key] = value;
  }
  for (const { field, change } of log.done) {
    const f = fields.get(field);
    if (f) data[field] = follow(f, data[field], change);
  }
  return data;
}

/**
 * act adds a tap. A count stops at its bounds, and a tap that changes nothing is none: undo
 * then never seems to do nothing.
 */
export function act(form: Form, log: Log, field: string, change: Answer, at: number): Log {
  const f = form.fields.find((one) => one.key === field);
  if (!f) return log;
  const before = answers(form, log)[field];
  const after = follow(f, before, change);
  if (after === before) return log;
  const real = f.type === "count" ? Number(after) - Number(before ?? least(f)) : after;
  return { done: [...log.done, { at, field, change: real }], undone: [] };
}

/** undo takes the last tap back. */
export function undo({ done, undone }: Log): Log {
  const last = done.at(-1);
  return last ? { done: done.slice(0, -1), undone: [...undone, last] } : { done, undone };
}

/** redo does again what was undone last. */
export function redo({ done, undone }: Log): Log {
  const last = undone.at(-1);
  return last ? { done: [...done, last], undone: undone.slice(0, -1) } : { done, undone };
}

/** logOf begins a log at answers that were given before, to change an entry. */
export function logOf(form: Form, data: Answers, at: number): Log {
  let log = emptyLog;
  for (const f of form.fields) {
    const value = data[f.key];
    if (value === undefined || value === usual(f)) continue;
    log = act(form, log, f.key, f.type === "count" ? Number(value) - Number(usual(f) ?? least(f)) : value, at);
  }
  return log;
}

/** missing returns the required fields that nobody answered. */
export const missing = (form: Form, data: Answers) => form.fields.filter((f) => data[f.key] === undefined);

/** Score is what a robot earned, by phase. */
export interface Score {
  auto: number;
  teleop: number;
  endgame: number;
  total: number;
}

/** score counts points as the server does (scouting/seasons), to show them; the server's are the ones that count. */
export function score(form: Form, data: Answers): Score {
  const sum: Score = { auto: 0, teleop: 0, endgame: 0, total: 0 };
  for (const f of form.fields) {
    const points = pointsOf(f, data[f.key]);
    sum[f.phase] += points;
    sum.total += points;
  }
  return sum;
}

function pointsOf(f: Field, answer: Answer | undefined) {
  if (f.type === "choice") return f.choices?.find((c) => c.value === answer)?.points ?? 0;
  return Number(answer ?? 0) * (f.points ?? 0);
}

/** steps are by how much the tiles of a count change it besides one; large counts have large steps. */
export function steps(f: Field): number[] {
  const range = greatest(f) - least(f);
  return range >= 100 ? [5, 10] : range >= 40 ? [5] : [];
}
