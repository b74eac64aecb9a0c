import type { Schemas } from "../../api";
import { phaseNames, words } from "../../words/analysis";
import { points, spread } from "../figures";

type Summary = Schemas["ScoutingSummary"];

/** Line is one figure of several robots. less says that little is good. */
export interface Line {
  key: string;
  title: string;
  values: (number | null)[];
  less?: boolean;
}

const phases = ["total", "auto", "teleop", "endgame"] as const;

/** linesOf are the figures that robots are compared by; what nobody scouted has none. */
export function linesOf(robots: Summary[]): Line[] {
  const seen = (read: (robot: Summary) => number | undefined) =>
    robots.map((robot) => (robot.sources.scouted > 0 ? (read(robot) ?? null) : null));
  const known = (read: (robot: Summary) => number | undefined) => robots.map((robot) => read(robot) ?? null);
  const totals = ({ matches }: Summary) => (matches ?? []).filter(({ source }) => source === "scouted").map(({ score }) => score.total);
  return [
    ...phases.map((phase) => ({
      key: phase,
      title: words.compare.average(phaseNames[phase]),
      values: seen((robot) => robot.scouted[phase].average),
    })),
    { key: "median", title: words.compare.median, values: seen((robot) => robot.scouted.total.median) },
    { key: "best", title: words.compare.best, values: seen((robot) => robot.scouted.total.best) },
    {
      key: "iqr",
      title: words.compare.iqr,
      less: true,
      values: seen((robot) => (totals(robot).length > 1 ? spread(totals(robot))?.width : undefined)),
    },
    { key: "epa", title: words.compare.epa, values: known((robot) => robot.ratings?.epa) },
    {
      key: "opr",
      title: words.compare.opr,
      values: known((robot) => (robot.ratings?.thin ? robot.ratings.ridgeNoFoulOpr : robot.ratings?.noFoulOpr)),
    },
    { key: "wins", title: words.compare.wins, values: known((robot) => robot.official?.wins) },
    { key: "noShows", title: words.compare.noShows, less: true, values: known((robot) => robot.official?.noShows) },
    { key: "reliability", title: words.compare.reliability, values: known((robot) => rating(robot.notes?.reliability)) },
    { key: "driverSkill", title: words.compare.driverSkill, values: known((robot) => rating(robot.notes?.driverSkill)) },
    { key: "defence", title: words.compare.defence, values: known((robot) => rating(robot.notes?.defence)) },
    { key: "scouted", title: words.compare.scouted, values: known((robot) => robot.sources.scouted) },
  ];
}

const rating = (given?: { average: number; notes: number }) => (given && given.notes > 0 ? given.average : undefined);

/** bestOf are the places of the best value as it is shown; where all are the same nobody is. */
export function bestOf({ values, less, key }: Line): number[] {
  if (key === "scouted") return [];
  const shown = values.map((value) => (value === null ? null : Number(points(value))));
  const there = shown.filter((value) => value !== null);
  const best = less ? Math.min(...there) : Math.max(...there);
  if (there.length < 2 || there.every((value) => value === best)) return [];
  return shown.flatMap((value, i) => (value === best ? [i] : []));
}

/** numbersOf reads the robots of an address, at most six and each once. */
export const numbersOf = (text: string | null): number[] =>
  [...new Set((text ?? "").split(",").map(Number))].filter((n) => Number.isInteger(n) && n > 0 && n < 100_000).slice(0, 6);
