// State: what becomes of an event's matches and marks when the log tells something. Events may
// come twice, late and in any order; the same set of events always gives the same picture.
import type { Schemas } from "../api";

export type Match = Schemas["LiveMatchState"];
export type Side = Schemas["FtcAllianceResult"];
export type Completed = Schemas["LiveCompleted"];
export type Started = Schemas["LiveStarted"];
export type Aborted = Schemas["LiveAborted"];

/** Named is how events name a match. */
export interface Named {
  level: string;
  series: number;
  matchNumber: number;
}

/** nameOf is a match's name within its event, the same for a match and for what events tell of it. */
export function nameOf(match: Named | { tournamentLevel: string; series: number; matchNumber: number }): string {
  return `${"level" in match ? match.level : match.tournamentLevel}/${match.series}/${match.matchNumber}`;
}

const time = (at?: string | null) => (at ? Date.parse(at) : 0);

/** startOf returns the matches after one has begun. News of a play that is over change nothing. */
export function startOf(matches: Match[], event: Started): Match[] {
  return change(matches, event, (match) => {
    const over = match.result && time(event.startedAt) <= Math.max(time(match.result.startedAt), time(match.result.postedAt));
    if (over || (match.state === "started" && time(event.startedAt) <= time(match.startedAt))) return match;
    return { ...match, state: "started", startedAt: event.startedAt, aborted: false, field: event.field || match.field };
  });
}

/** abortOf returns the matches after one that had begun was stopped. */
export function abortOf(matches: Match[], event: Aborted): Match[] {
  return change(matches, event, (match) => {
    if (match.state !== "started" || time(event.abortedAt) < time(match.startedAt)) return match;
    return { ...match, state: match.result ? "completed" : "scheduled", aborted: true };
  });
}

/** completeOf returns the matches with a result that was posted or corrected. An older word is forgotten. */
export function completeOf(matches: Match[], event: Completed): Match[] {
  return change(matches, event, (match) => {
    if (match.result && match.result.rev >= event.rev) return match;
    const replayed = match.state === "started" && time(match.startedAt) > time(event.postedAt);
    return { ...match, state: replayed ? match.state : "completed", result: resultOf(match, event) };
  });
}

function resultOf(match: Match, event: Completed): NonNullable<Match["result"]> {
  const sides = [side("RED", event.red, event.blue, event.redTeams), side("BLUE", event.blue, event.red, event.blueTeams)];
  return {
    season: match.season,
    eventCode: match.eventCode,
    tournamentLevel: match.tournamentLevel,
    series: match.series,
    matchNumber: match.matchNumber,
    alliances: sides.filter((one) => one !== null),
    startedAt: match.startedAt,
    postedAt: event.postedAt,
    official: event.official,
    winner: event.winner === "TIE" ? "" : event.winner,
    plays: match.result?.plays ?? 1,
    rev: event.rev,
  };
}

function side(alliance: string, own: Completed["red"], other: Completed["red"], teams: number[] | null): Side | null {
  if (!own) return null;
  const { auto, teleop, endgame } = own;
  return {
    alliance,
    total: own.total,
    noFoul: own.noFoul,
    phases: auto === null || teleop === null || endgame === null ? null : { auto, teleop, endgame },
    foulPointsCommitted: other?.foulPoints ?? 0,
    rankingPoints: own.rpFlags,
    robots: (teams ?? []).map((teamNumber, i) => ({ teamNumber, station: i + 1, noShow: false, disqualified: false, absent: false })),
  };
}

// change puts what one match becomes in its place; a match that the schedule does not have gets one at the end.
function change(matches: Match[], event: Named & Partial<Completed & Started>, to: (match: Match) => Match): Match[] {
  const name = nameOf(event);
  const i = matches.findIndex((match) => nameOf(match) === name);
  const before = matches[i] ?? unknown(event);
  const after = to(before);
  if (after === before) return matches;
  return i < 0 ? [...matches, after] : matches.map((match, at) => (at === i ? after : match));
}

function unknown(event: Named & Partial<Completed & Started>): Match {
  const robots = (alliance: string, teams?: number[] | null) =>
    (teams ?? []).map((teamNumber, i) => ({ alliance, station: i + 1, teamNumber, surrogate: false }));
  return {
    season: event.season ?? 0,
    eventCode: event.eventCode ?? "",
    tournamentLevel: event.level,
    series: event.series,
    matchNumber: event.matchNumber,
    description: "",
    field: "",
    scheduledAt: null,
    startedAt: null,
    aborted: false,
    state: "scheduled",
    result: null,
    robots: [...robots("RED", event.redTeams), ...robots("BLUE", event.blueTeams)],
  };
}

/** Entry is what the public hears of an entry. */
export type Entry = { level: string; matchNumber: number; scoutedTeamNumber: number };

/** Marks count how often each robot was scouted: "qual/12/8569" -> 2. seen has the ids that are counted. */
export interface Marks {
  counts: Record<string, number>;
  seen: Set<string>;
}

export const noMarks: Marks = { counts: {}, seen: new Set() };

/** markOf counts an entry once, whatever way and however often it comes. */
export function markOf(marks: Marks, id: string, entry: Entry): Marks {
  if (marks.seen.has(id)) return marks;
  const key = `${entry.level}/${entry.matchNumber}/${entry.scoutedTeamNumber}`;
  return { counts: { ...marks.counts, [key]: (marks.counts[key] ?? 0) + 1 }, seen: new Set(marks.seen).add(id) };
}

/** marked says how often a robot was scouted in a match; 0 in the playoffs, where the public does not hear of which match an entry is. */
export function marked(marks: Marks, { tournamentLevel: level, matchNumber }: Match, team: number): number {
  return level === "playoff" ? 0 : (marks.counts[`${level}/${matchNumber}/${team}`] ?? 0);
}

type Rated = Schemas["RatingsEventRatings"];

/** rateOf returns the ratings of an event with what a result changed, ranked anew. */
export function rateOf(ratings: Rated, event: Schemas["RatingsUpdate"]): Rated {
  const news = new Map((event.teams ?? []).map((team) => [team.teamNumber, team]));
  const teams = (ratings.teams ?? []).map((team) => {
    const now = news.get(team.teamNumber);
    return now ? { ...team, epa: now.epa, auto: now.auto, teleop: now.teleop, endgame: now.endgame, n: now.n } : team;
  });
  teams.sort((a, b) => b.epa - a.epa || a.teamNumber - b.teamNumber);
  return { ...ratings, teams: teams.map((team, i) => ({ ...team, rank: i + 1 })) };
}
