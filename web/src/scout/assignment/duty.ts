// What a scout is to watch next, from the team's list, from codes that were scanned, and from
// what they have done, with or without network.
import { type Alliance, type Assignment, inOrder, type Level, type Match, matchKey, type Place } from "../wire";

/** Duty is one robot in one match that somebody is to watch. */
export interface Duty extends Place {
  station: number;
  scheduledAt: string | null;
  stale: boolean; // the schedule has changed, and the robot is not in this match any more
}

type Seen = Pick<Place, "tournamentLevel" | "series" | "matchNumber" | "scoutedTeamNumber">;

/** dutyOf takes an assignment of the server's list. */
export const dutyOf = (season: number, eventCode: string, a: Assignment): Duty => ({
  season,
  eventCode,
  tournamentLevel: a.tournamentLevel as Level,
  series: a.series,
  matchNumber: a.matchNumber,
  alliance: a.alliance as Alliance,
  scoutedTeamNumber: a.scoutedTeamNumber,
  station: a.station,
  scheduledAt: a.scheduledAt,
  stale: a.stale,
});

const isSeen = (duty: Seen, seen: Seen[]) => seen.some((s) => inOrder(s, duty) === 0 && s.scoutedTeamNumber === duty.scoutedTeamNumber);

/**
 * nextDuty is the first one after the last match that was scouted: what was missed does not come
 * back by itself. Stale ones are passed over.
 */
export function nextDuty(duties: Duty[], seen: Seen[]): Duty | undefined {
  const last = seen.reduce<Seen | undefined>((a, b) => (a && inOrder(a, b) >= 0 ? a : b), undefined);
  return duties.filter((d) => !d.stale && (!last || inOrder(d, last) > 0)).sort(inOrder)[0];
}

/** Progress sorts duties: done, missed ones that lie before the next, and what is still to come. */
export function progress(duties: Duty[], seen: Seen[]) {
  const next = nextDuty(duties, seen);
  const open = duties.filter((d) => !isSeen(d, seen)).sort(inOrder);
  return {
    next,
    later: next ? open.filter((d) => inOrder(d, next) >= 0 && d !== next && !d.stale) : [],
    missed: open.filter((d) => d.stale || !next || inOrder(d, next) < 0),
  };
}

/**
 * follower is the robot at the same place of the next match: what a scout without assignments
 * probably does after this one.
 */
export function follower(matches: Match[], last: Place | undefined): Duty | undefined {
  const sorted = matches.filter((m) => !m.removedAt && (m.robots?.length ?? 0) > 0).sort(inOrder);
  const match = last ? sorted.find((m) => inOrder(m, last) > 0) : undefined;
  const before = last && sorted.find((m) => matchKey(m) === matchKey(last))?.robots?.find((r) => r.teamNumber === last.scoutedTeamNumber);
  const robot = match?.robots?.find((r) => before && r.alliance === before.alliance && r.station === before.station);
  return match && robot ? dutyIn(match, robot.teamNumber) : undefined;
}

/** dutyIn is the duty of watching a robot of a match of the schedule. */
export function dutyIn(match: Match, teamNumber: number): Duty | undefined {
  const robot = match.robots?.find((r) => r.teamNumber === teamNumber);
  return (
    robot && {
      season: match.season,
      eventCode: match.eventCode,
      tournamentLevel: match.tournamentLevel as Level,
      series: match.series,
      matchNumber: match.matchNumber,
      alliance: robot.alliance as Alliance,
      scoutedTeamNumber: teamNumber,
      station: robot.station,
      scheduledAt: match.scheduledAt,
      stale: false,
    }
  );
}

/** upcoming is the match from which on a list of matches is of interest: the first that is not long over. */
export function upcoming(matches: Match[], now: number): Match | undefined {
  const sorted = [...matches].sort(inOrder);
  return sorted.find((m) => m.scheduledAt && Date.parse(m.scheduledAt) > now - 4 * 60_000) ?? sorted.find((m) => !m.scheduledAt);
}

/** placePath writes a place as part of an address, and pathPlace reads it. */
export const placePath = (p: Place) =>
  [p.tournamentLevel, p.series, p.matchNumber, p.alliance, p.scoutedTeamNumber].join("-").toLowerCase();

export function pathPlace(season: number, eventCode: string, path: string): Place | undefined {
  const found = /^(qual|playoff|practice)-(\d{1,2})-(\d{1,3})-(red|blue)-(\d{1,5})$/.exec(path);
  if (!found) return undefined;
  const [level, series, match, alliance, robot] = found.slice(1);
  return {
    season,
    eventCode,
    tournamentLevel: level as Level,
    series: Number(series),
    matchNumber: Number(match),
    alliance: alliance.toUpperCase() as Alliance,
    scoutedTeamNumber: Number(robot),
  };
}
