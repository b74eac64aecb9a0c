import type { Schemas } from "../../api";

export type Line = Schemas["InspectLine"];
export type Kind = Line["kind"];
export type LogPage = Schemas["InspectLogPage"];

/** kinds are the kinds of lines, in the order that a connection has them. */
export const kinds: Kind[] = ["connect", "signin", "subscribe", "refused", "event", "client-event", "unsubscribe", "disconnect"];

/** kept is how many lines stay in the window. */
export const kept = 2000;

/** Log is what was read so far. */
export interface Log {
  lines: Line[]; // the newest last
  lost: number;
}

/** nothing is a log that was not read yet. */
export const nothing: Log = { lines: [], lost: 0 };

/** keyOf tells lines apart. */
export const keyOf = ({ node, number }: Line) => `${node}/${number}`;

/** added puts what was just read behind the lines that are there; one that is there already is not added again. */
export function added({ lines, lost }: Log, page: LogPage): Log {
  const known = new Set(lines.slice(-1000).map(keyOf));
  const fresh = (page.lines ?? []).filter((line) => !known.has(keyOf(line)));
  if (fresh.length === 0 && page.lost === 0) return { lines, lost };
  return { lines: [...lines, ...fresh].slice(-kept), lost: lost + page.lost };
}

/** found are the lines that have the text anywhere, the newest first. */
export function found(lines: Line[], text: string): Line[] {
  const wanted = text.trim().toLowerCase();
  const fits = wanted ? lines.filter((line) => Object.values(line).some((value) => String(value).toLowerCase().includes(wanted))) : lines;
  return [...fits].reverse();
}

/** dataOf is the data of a line: the JSON that it is, or its text where it is none, as after a cut. */
export function dataOf({ data }: Line): { value: unknown; cut: boolean } | null {
  if (!data) return null;
  try {
    return { value: JSON.parse(data), cut: false };
  } catch {
    return { value: data, cut: /^[[{]/.test(data) };
  }
}
