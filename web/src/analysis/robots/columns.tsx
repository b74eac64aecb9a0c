import { Link } from "wouter";
import { stored } from "../../store";
import type { Column } from "../../ui";
import { words } from "../../words/analysis";
import { points, tenths } from "../figures";
import type { Row } from "./rows";

export type Field = Exclude<keyof Row, "teamNumber" | "thin" | "played" | "name">;

/** fields are the columns that one may choose, in their order. */
export const fields: Field[] = [
  "rank",
  "record",
  "rankingScore",
  "epa",
  "npOpr",
  "average",
  "median",
  "best",
  "width",
  "auto",
  "teleop",
  "endgame",
  "scouted",
];

/** chosenFields are the columns that this device shows. */
export const chosenFields = stored<Field[]>("ftc.analysis.columns", [
  "rank",
  "epa",
  "npOpr",
  "average",
  "auto",
  "teleop",
  "endgame",
  "scouted",
]);

/** chosenOrder is how this device sorts the table. */
export const chosenOrder = stored<{ key: string; down: boolean }>("ftc.analysis.order", { key: "rank", down: false });

/** robotColumn names the robot and leads to its page. */
export const robotColumn: Column<Row> = {
  key: "teamNumber",
  title: words.robots.robot,
  pinned: true,
  by: ({ teamNumber }) => teamNumber,
  cell: ({ teamNumber, name }) => (
    <Link
      href={`/analysis/robots/${teamNumber}`}
      className="flex min-h-7 items-center gap-2 sm:min-w-24 font-semibold text-accent-text no-underline hover:underline"
    >
      <span id={`robot-${teamNumber}`}>{teamNumber}</span>
      <span className="max-w-40 truncate text-sm font-normal text-quiet max-sm:hidden">{name}</span>
    </Link>
  ),
};

const whole: Field[] = ["rank", "best"];

/** column is a chosen one. */
export function column(key: Field): Column<Row> {
  const title = words.robots.columns[key];
  if (key === "record") return { key, title, cell: (row) => row.record || "–" };
  if (key === "scouted")
    return {
      key,
      title,
      number: true,
      by: (row) => (row.played > 0 ? row.scouted / row.played : null),
      cell: (row) => <Coverage row={row} />,
    };
  if (key === "npOpr")
    return {
      key,
      title,
      number: true,
      by: (row) => row.npOpr,
      cell: (row) => (
        <>
          {tenths(row.npOpr)}
          {row.thin && <abbr title={words.robots.thin}>*</abbr>}
        </>
      ),
    };
  return {
    key,
    title,
    number: key !== "rank",
    by: (row) => row[key],
    cell: (row) => (whole.includes(key) ? points(row[key]) : tenths(row[key])),
  };
}

// Coverage is how many of a robot's matches were scouted, as figures and as a bar.
function Coverage({ row: { scouted, played } }: { row: Row }) {
  return (
    <span className="inline-grid min-w-14 gap-1 text-right">
      {words.robots.coverage(scouted, played)}
      <span aria-hidden="true" className="block h-1 rounded-full bg-line">
        <span className="block h-1 rounded-full bg-accent" style={{ width: `${played > 0 ? (100 * scouted) / played : 0}%` }} />
      </span>
    </span>
  );
}
