import type { Schemas } from "../api";
import { matchKey } from "../scout/wire";

export type Coverage = Schemas["ScoutingCoverage"];
export type MatchRow = Schemas["ScoutingMatchCoverage"];
export type RobotRow = Schemas["ScoutingRobotCoverage"];
export type Consensus = Schemas["ScoutingRobotConsensus"];
export type MatchState = Schemas["LiveMatchState"];

/** CellState is how a robot in a match stands: what came in, and what should. */
export type CellState = "own" | "open" | "planned" | "missing" | "once" | "agreed" | "conflict" | "wrong" | "left";

/** Cell is one robot in one match on the board. */
export interface Cell {
  match: MatchRow;
  robot: RobotRow;
  state: CellState;
  reports: number;
  seat: string; // R1, B2; empty where nobody knows
}

/** consensusKey finds what the scouts together say of a robot in a match. */
export const consensusKey = (m: { tournamentLevel: string; series: number; matchNumber: number }, robot: number) =>
  `${matchKey(m)}/${robot}`;

/** byRobot indexes the consensus for cellOf. */
export const byRobot = (list: readonly Consensus[]) => new Map(list.map((c) => [consensusKey(c, c.scoutedTeamNumber), c]));

/** seatOf names a robot's place in its match. */
export const seatOf = ({ alliance, station }: { alliance: string; station: number }) => (station > 0 ? alliance[0] + station : "");

/** cellOf says how a robot in a match stands. A robot without a place in a match that has places is not in it. */
export function cellOf(match: MatchRow, robot: RobotRow, consensus?: Consensus): Cell {
  const reports = consensus?.reports?.length ?? Math.min(robot.entries, 1);
  return { match, robot, reports, seat: seatOf(robot), state: stateOf(match, robot, reports, !!consensus?.conflict) };
}

function stateOf(match: MatchRow, robot: RobotRow, reports: number, conflict: boolean): CellState {
  const placed = (match.robots ?? []).filter((r) => r.station > 0 && r.status !== "stale" && r.alliance === robot.alliance).length > 1;
  if (robot.status === "stale") return robot.entries > 0 ? "wrong" : "left";
  if (robot.entries > 0 && robot.station === 0 && placed) return "wrong";
  if (conflict) return "conflict";
  if (reports > 1) return "agreed";
  if (robot.status === "missing") return "missing";
  if (robot.entries > 0) return "once";
  if (robot.status === "own") return "own";
  return (robot.assigned?.length ?? 0) > 0 ? "planned" : "open";
}

/** wants tells whether a lead should look at the cell. */
export const wants = ({ state }: Cell) => state === "missing" || state === "conflict" || state === "wrong" || state === "left";

/** Row is one match on the board: its robots in their places, and those that belong nowhere. */
export interface Row {
  match: MatchRow;
  seats: Map<string, Cell>;
  others: Cell[];
}

/** boardOf lays out the coverage. seats are the columns that any match has. */
export function boardOf(coverage: Coverage, consensus: readonly Consensus[]): { rows: Row[]; seats: string[] } {
  const said = byRobot(consensus);
  const seats = new Set(["R1", "R2", "B1", "B2"]);
  const rows = (coverage.matches ?? []).map((match): Row => {
    const row: Row = { match, seats: new Map(), others: [] };
    for (const robot of match.robots ?? []) {
      const cell = cellOf(match, robot, said.get(consensusKey(match, robot.scoutedTeamNumber)));
      if (cell.seat && cell.state !== "wrong" && cell.state !== "left" && !row.seats.has(cell.seat)) {
        row.seats.set(cell.seat, cell);
        seats.add(cell.seat);
      } else row.others.push(cell);
    }
    return row;
  });
  const order = (seat: string) => (seat[0] === "R" ? 0 : 10) + Number(seat[1]);
  return { rows, seats: [...seats].sort((a, b) => order(a) - order(b)) };
}

/** cells lists a row's robots. */
export const cells = (row: Row) => [...row.seats.values(), ...row.others];

/** tally counts how the robots of the whole board stand. */
export function tally(rows: readonly Row[]): Record<CellState, number> {
  const sum: Record<CellState, number> = { own: 0, open: 0, planned: 0, missing: 0, once: 0, agreed: 0, conflict: 0, wrong: 0, left: 0 };
  for (const row of rows) for (const { state } of cells(row)) sum[state]++;
  return sum;
}

/** nowAndNext are the match that is played and the one after it, or after the last that was played. */
export function nowAndNext(matches: readonly MatchState[]): { now?: MatchState; next?: MatchState } {
  const last = (state: string) => matches.reduce((at, m, i) => (m.state === state ? i : at), -1);
  const waits = (m: MatchState) => m.state === "scheduled";
  const running = last("started");
  const now = running < 0 ? undefined : matches[running];
  const from = now ? running : last("completed");
  return { now, next: matches.slice(from + 1).find(waits) };
}

/** Gap is a robot that nobody will have watched unless somebody acts. */
export interface Gap {
  robot: RobotRow;
  seat: string;
  why: "nobody" | "away"; // away: whoever is to watch it is not online
  scouts: string[];
}

/** gapsOf lists the gaps of a match; online are the ids of who is there. */
export function gapsOf(match: MatchRow | undefined, online: ReadonlySet<string>): Gap[] {
  const gaps: Gap[] = [];
  for (const robot of match?.robots ?? []) {
    const assigned = robot.assigned ?? [];
    if (robot.entries > 0 || robot.status === "own" || robot.status === "stale") continue;
    const gap = { robot, seat: seatOf(robot), scouts: assigned.map((s) => s.displayName) };
    if (assigned.length === 0) gaps.push({ ...gap, why: "nobody" });
    else if (!assigned.some((s) => online.has(s.id))) gaps.push({ ...gap, why: "away" });
  }
  return gaps;
}
