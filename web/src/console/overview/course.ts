import type { Schemas } from "../../api";

export type Overview = Schemas["InspectOverview"];
export type Node = Schemas["InspectNode"];

/** Rates are what happened in a second. */
export interface Rates {
  in: number;
  out: number;
  bytesIn: number;
  bytesOut: number;
  refused: number;
  errors: number;
}

/** Point is how all nodes together were at a moment; what nobody told is null. */
export interface Point extends Record<keyof Rates | "connections" | "channels" | "queue" | "memory", number | null> {
  at: number; // s since 1970
}

/** kept is how many points the course has: ten minutes. */
export const kept = 600;
const gap = 5; // s without an answer: the line is broken there

const counters = {
  in: "messagesIn",
  out: "messagesOut",
  bytesIn: "bytesIn",
  bytesOut: "bytesOut",
  refused: "refused",
  errors: "errors",
} as const;
const names = Object.keys(counters) as (keyof Rates)[];

const secondsOf = ({ at }: Overview) => Date.parse(at) / 1000;

/** ratesOf is what each node did a second between two answers. A node that is new, or began anew, is not in it. */
export function ratesOf(before: Overview | undefined, now: Overview): Map<string, Rates> {
  const rates = new Map<string, Rates>();
  const seconds = before ? secondsOf(now) - secondsOf(before) : 0;
  if (seconds <= 0) return rates;
  for (const node of now.nodes ?? []) {
    const old = before?.nodes?.find(({ id, startedAt }) => id === node.id && startedAt === node.startedAt);
    if (!old) continue;
    const of = (name: keyof Rates) => Math.max(0, node[counters[name]] - old[counters[name]]) / seconds;
    rates.set(node.id, Object.fromEntries(names.map((name) => [name, of(name)])) as unknown as Rates);
  }
  return rates;
}

/** sumOf adds rates; null without any. */
export function sumOf(rates: Iterable<Rates>): Rates | null {
  const list = [...rates];
  if (list.length === 0) return null;
  return Object.fromEntries(names.map((name) => [name, list.reduce((sum, each) => sum + each[name], 0)])) as unknown as Rates;
}

const nothing = {
  connections: null,
  channels: null,
  queue: null,
  memory: null,
  in: null,
  out: null,
  bytesIn: null,
  bytesOut: null,
  refused: null,
  errors: null,
};

/** extended returns the course with one more answer at its end, broken where there was none for a while. */
export function extended(course: Point[], before: Overview | undefined, now: Overview): Point[] {
  if (!now.totals) return course; // no node tells anything
  const at = secondsOf(now);
  const last = course.at(-1);
  if (last && at <= last.at) return course;
  const broken = last && at - last.at > gap;
  const point: Point = {
    ...nothing,
    ...(broken ? null : sumOf(ratesOf(before, now).values())),
    at,
    connections: now.totals.connections,
    channels: now.totals.channels,
    queue: now.totals.queueBytes,
    memory: (now.nodes ?? []).reduce((sum, node) => sum + node.memoryBytes, 0),
  };
  return [...course, ...(broken ? [{ ...nothing, at: last.at + 1 }] : []), point].slice(-kept);
}
