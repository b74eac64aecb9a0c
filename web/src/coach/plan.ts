import { api, data, type Schemas } from "../api";
import { matchKey } from "../scout/wire";
import type { Coverage, MatchRow, RobotRow } from "./board";

/** Scout is somebody who can be put on a robot. */
export interface Scout {
  id: string;
  displayName: string;
  role: string;
}

type Level = "qual" | "playoff" | "practice";
type MatchId = Pick<MatchRow, "tournamentLevel" | "series" | "matchNumber">;

/** Seat is a robot in a match, and who of its scouts is meant where there are several. */
export interface Seat {
  match: MatchRow;
  robot: RobotRow;
  scout?: string;
}

/** Step is one change of the assignments that the API knows. */
export type Step =
  | { kind: "assign"; match: MatchId; robot: RobotRow; scout: string; insteadOf?: string }
  | { kind: "swap"; a: { match: MatchId; scout: string }; b: { match: MatchId; scout: string } }
  | { kind: "clear"; match: MatchId; scout: string };

/** busyOn finds the robot that a scout watches in the match. */
export const busyOn = (match: MatchRow, scout: string) => match.robots?.find((r) => r.assigned?.some((s) => s.id === scout));

/** give puts a scout on a robot: in place of seat.scout, who takes over what they watched in this match. */
export function give({ match, robot, scout: from }: Seat, to: string): Step[] {
  const busy = busyOn(match, to);
  if (busy === robot || from === to) return [];
  if (from && busy) return [{ kind: "swap", a: { match, scout: from }, b: { match, scout: to } }];
  const assign: Step = { kind: "assign", match, robot, scout: to, insteadOf: from };
  return busy ? [{ kind: "clear", match, scout: to }, assign] : [assign];
}

/** move takes a scout from one seat to another; whoever sits there comes back in exchange. */
export function move(from: Seat, to: Seat): Step[] {
  const { scout } = from;
  if (!scout || to.scout === scout) return [];
  const sameMatch = matchKey(from.match) === matchKey(to.match);
  if (sameMatch && from.robot === to.robot) return [];
  if (to.scout) {
    const crossed = !sameMatch && (busyOn(to.match, scout) || busyOn(from.match, to.scout));
    if (crossed) return give(to, scout); // both are needed where they are: only the seat changes hands
    return [{ kind: "swap", a: { match: from.match, scout }, b: { match: to.match, scout: to.scout } }];
  }
  const there = give(to, scout);
  return sameMatch ? there : [...there, { kind: "clear", match: from.match, scout }];
}

/** loads counts the matches of each scout. */
export function loads(board: Pick<Coverage, "matches">): Map<string, number> {
  const sum = new Map<string, number>();
  for (const match of board.matches ?? []) {
    for (const robot of match.robots ?? []) for (const { id } of robot.assigned ?? []) sum.set(id, (sum.get(id) ?? 0) + 1);
  }
  return sum;
}

const ref = ({ tournamentLevel, series, matchNumber }: MatchId) => ({ tournamentLevel: tournamentLevel as Level, series, matchNumber });

// ofMatch is the range that is just this match: in the playoffs a series.
const ofMatch = ({ tournamentLevel, series, matchNumber }: MatchId) => {
  const at = tournamentLevel === "playoff" ? series : matchNumber;
  return { tournamentLevel: tournamentLevel as Level, fromMatch: at, toMatch: at };
};

/** Sheet names the assignments of a team at an FTC event, as they were read. */
export interface Sheet {
  scoutingTeamId: string;
  season: number;
  eventCode: string;
  rev: number;
}

/** carryOut does the steps in order, each on what the one before left. It throws the Problem of the first that is refused. */
export async function carryOut(sheet: Sheet, steps: readonly Step[]): Promise<void> {
  let { rev } = sheet;
  for (const step of steps) rev = (await carry({ ...sheet, rev }, step))?.rev ?? rev;
}

function carry(sheet: Sheet, step: Step): Promise<Schemas["ScoutingSheet"] | undefined> {
  if (step.kind === "swap") {
    const place = ({ match, scout }: { match: MatchId; scout: string }) => ({ ...ref(match), scoutId: scout });
    return data(api.POST("/api/scouting/assignments/swap", { body: { ...sheet, a: place(step.a), b: place(step.b) } }));
  }
  if (step.kind === "clear") {
    return data(api.POST("/api/scouting/assignments/clear", { body: { ...sheet, ...ofMatch(step.match), scoutId: step.scout } }));
  }
  const { match, robot, scout, insteadOf } = step;
  const body = { ...sheet, ...ref(match), scoutedTeamNumber: robot.scoutedTeamNumber, scoutId: scout, insteadOf };
  return data(api.POST("/api/scouting/assignments", { body }));
}
