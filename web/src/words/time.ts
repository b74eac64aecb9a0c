/** ago says how long ago something was: "just now", "3 min ago". */
export function ago(at: number | string, now = Date.now()): string {
  const seconds = Math.round((now - new Date(at).getTime()) / 1000);
  if (seconds < 60) return "just now";
  return `${since(now - new Date(at).getTime())} ago`;
}

/** since is a stretch of time, roughly: "12 s", "3 min", "2 h", "5 days". */
export function since(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** until says when something ends: "in 3 h". */
export const until = (at: number | string, now = Date.now()) => `in ${since(new Date(at).getTime() - now)}`;

/** count puts a number before its noun: "1 entry", "2 entries". */
export const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** dates is an event's first and last day: "Mar 7, 2026", "Mar 7 – 8, 2026". */
export function dates(startsOn?: string | null, endsOn?: string | null, locale?: string): string {
  const first = new Date(startsOn ?? "");
  const last = new Date(endsOn ?? startsOn ?? "");
  if (Number.isNaN(first.getTime())) return "";
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return Number.isNaN(last.getTime()) || last <= first ? day.format(first) : day.formatRange(first, last);
}
