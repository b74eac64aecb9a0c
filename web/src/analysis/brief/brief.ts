import type { Schemas } from "../../api";
import { words } from "../../words/analysis";
import { points } from "../figures";
import { before } from "../order";

export type Match = Schemas["LiveMatchState"];
type Summary = Schemas["ScoutingSummary"];
type Note = Schemas["ScoutingNote"];

export type Color = "RED" | "BLUE";

/** teamsOf are the robots of one alliance, station by station. */
export const teamsOf = (match: Match, alliance: Color): number[] =>
  (match.robots ?? [])
    .filter((robot) => robot.alliance === alliance)
    .sort((a, b) => a.station - b.station)
    .map(({ teamNumber }) => teamNumber);

/** colorOf is the alliance that a team plays in, if it does. */
export const colorOf = (match: Match, team: number): Color | null =>
  (match.robots?.find(({ teamNumber }) => teamNumber === team)?.alliance as Color | undefined) ?? null;

/** nextOf is the first match of a team that is not over; practice counts only while nothing else is there. */
export function nextOf(matches: Match[], team: number): Match | null {
  const open = matches.filter((match) => match.state !== "completed" && !match.removedAt && colorOf(match, team));
  const sorted = open.sort(before);
  return sorted.find(({ tournamentLevel }) => tournamentLevel !== "practice") ?? sorted[0] ?? null;
}

/** addressOf and matchAt write and read a match in an address: qual-0-12. */
export const addressOf = ({ tournamentLevel, series, matchNumber }: Match) => `${tournamentLevel}-${series}-${matchNumber}`;
export const matchAt = (matches: Match[], address?: string) => matches.find((match) => addressOf(match) === address) ?? null;

/** strengths are what a robot does in at least half of its matches, by what our scouts saw. */
export function strengths(robot: Summary): string[] {
  const { scouted, sources } = robot;
  if (sources.scouted === 0) return [];
  const scoring = words.brief.scores(points(scouted.total.average), points(scouted.total.best), sources.scouted);
  const phaseOf = new Map(robot.fields?.map(({ key, phase }) => [key, phase]));
  const able = (robot.capabilities ?? [])
    .filter(({ done, matches }) => matches > 1 && done / matches >= 0.5)
    .sort((a, b) => b.done / b.matches - a.done / a.matches)
    .slice(0, 3)
    .map(({ key, label, done, matches }) => words.brief.does(label, phaseOf.get(key) ?? "", done, matches));
  return [scoring, ...able];
}

/** warnings are what speaks against relying on a robot: no-shows, disqualifications, fouls, poor ratings, notes, a wide spread. */
export function warnings(robot: Summary, notes: Note[], matches: Match[]): string[] {
  const list: string[] = [];
  const { official, sources, scouted } = robot;
  if (official && official.noShows > 0) list.push(words.brief.noShows(official.noShows, official.matches));
  if (official && official.disqualified > 0) list.push(words.brief.disqualified(official.disqualified));
  const fouls = foulsOf(matches, robot.teamNumber);
  if (fouls !== null && fouls >= 5) list.push(words.brief.fouls(points(fouls)));
  const reliability = robot.notes?.reliability;
  if (reliability && reliability.notes > 0 && reliability.average < 3) list.push(words.brief.unreliable(points(reliability.average)));
  if (sources.scouted > 1 && scouted.total.worst === 0) list.push(words.brief.stoodStill);
  if (sources.scouted === 0) list.push(words.brief.unseen);
  const said = notes.filter((note) => note.scoutedTeamNumber === robot.teamNumber && note.text);
  for (const { text, author } of said.slice(0, 2)) list.push(words.brief.note(text, author.displayName));
  return list;
}

/** foulsOf is how many foul points alliances with the robot committed in a match, on average. */
export function foulsOf(matches: Match[], team: number): number | null {
  const committed = matches.flatMap((match) => {
    const mine = match.result?.alliances?.find(({ alliance }) => alliance === colorOf(match, team));
    return mine ? [mine.foulPointsCommitted] : [];
  });
  return committed.length === 0 ? null : committed.reduce((sum, n) => sum + n, 0) / committed.length;
}

const phases = ["auto", "teleop", "endgame"] as const;

/** planOf is what the figures alone suggest: who leads each phase, where they are ahead, whom to watch. */
export function planOf(ours: Summary[], theirs: Summary[], forecast: Schemas["RatingsForecast"], color: Color): string[] {
  const list: string[] = [];
  for (const phase of phases) {
    const seen = ours.filter(({ sources }) => sources.scouted > 0).sort((a, b) => b.scouted[phase].average - a.scouted[phase].average);
    if (seen.length > 1 && seen[0].scouted[phase].average > seen[1].scouted[phase].average)
      list.push(
        words.brief.leads(phase, seen[0].teamNumber, points(seen[0].scouted[phase].average), points(seen[1].scouted[phase].average)),
      );
  }
  const [mine, other] = color === "RED" ? [forecast.redTeams, forecast.blueTeams] : [forecast.blueTeams, forecast.redTeams];
  const sum = (teams: typeof mine, phase: (typeof phases)[number]) => (teams ?? []).reduce((total, team) => total + team[phase], 0);
  const gaps = phases.map((phase) => ({ phase, gap: sum(mine, phase) - sum(other, phase) })).sort((a, b) => a.gap - b.gap);
  if (gaps[0].gap < -1) list.push(words.brief.behind(gaps[0].phase, points(-gaps[0].gap)));
  if (gaps[2].gap > 1) list.push(words.brief.ahead(gaps[2].phase, points(gaps[2].gap)));
  const threat = [...theirs].filter(({ ratings }) => ratings).sort((a, b) => b.ratings!.epa - a.ratings!.epa)[0];
  if (threat) list.push(words.brief.threat(threat.teamNumber, points(threat.ratings!.epa)));
  return list;
}
