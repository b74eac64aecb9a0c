// Which FTC event comes first: those that run, then what is to come, then what is over.
import type { FtcEvent } from "../wire";

const day = 24 * 3600 * 1000;
const first = (e: FtcEvent) => Date.parse(e.startsOn ?? "") || 0;
const last = (e: FtcEvent) => (Date.parse(e.endsOn ?? e.startsOn ?? "") || 0) + day;

/** running reports whether an event goes on, give or take the time zones of the world. */
export const running = (e: FtcEvent, now: number) => first(e) > 0 && now > first(e) - day / 2 && now < last(e) + day / 2;

/** eventOrder sorts events as a scout looks for them. */
export const eventOrder = (now: number) => (a: FtcEvent, b: FtcEvent) => {
  const rank = (e: FtcEvent) => (running(e, now) ? 0 : first(e) > now ? 1 : 2);
  const ahead = rank(a) - rank(b);
  if (ahead !== 0) return ahead;
  return rank(a) === 2 ? first(b) - first(a) : first(a) - first(b);
};
