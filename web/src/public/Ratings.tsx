import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import type { Schemas } from "../api";
import { Choice, type Column, DataTable, Empty, Loaded } from "../ui";
import { words } from "../words/public";
import { useFollowed } from "./address";
import { Csv, useOrder } from "./Rankings";
import { accuracyRead, type EventKey, epaRead, oprRead } from "./reads";
import { Part } from "./rows";

type Rated = Schemas["RatingsEventRating"];
type Power = Schemas["RatingsPower"];
type Bin = Schemas["RatingsBin"];

const tenth = (value?: number | null) => (value === null || value === undefined ? words.none : value.toFixed(1));

const whole = (value?: number | null) => (value === null || value === undefined ? words.none : value.toFixed(0));

/** Ratings shows EPA or OPR of the teams, and how good the predictions from them were. */
export function Ratings({ of }: { of: EventKey }) {
  const [params, setParams] = useSearchParams();
  const which = params.get("rating") === "opr" ? "opr" : "epa";
  const w = words.ratings;
  const choose = (value: string) =>
    setParams(
      (before) => {
        before.set("rating", value);
        before.delete("sort");
        return before;
      },
      { replace: true },
    );
  return (
    <div className="grid gap-4">
      <Choice
        label={w.which}
        hideLabel
        value={which}
        options={[
          { value: "epa", word: w.epa },
          { value: "opr", word: w.opr },
        ]}
        onChange={choose}
      />
      <p className="pub-note">{which === "epa" ? w.epaHelp : w.oprHelp}</p>
      {which === "epa" ? <Epa of={of} /> : <Opr of={of} />}
      <Accuracy of={of} />
    </div>
  );
}

function teamColumn<Row extends { teamNumber: number; name: string }>(note?: (row: Row) => string): Column<Row> {
  return {
    key: "team",
    title: words.rankings.team,
    by: (row) => row.teamNumber,
    cell: (row) => (
      <span className="block min-w-26">
        <Link href={`/t/${row.teamNumber}`} className="inline-flex min-h-6 items-center font-semibold text-ink">
          {row.teamNumber}
        </Link>{" "}
        <span className="pub-name">
          {row.name} {note?.(row)}
        </span>
      </span>
    ),
  };
}

function Epa({ of }: { of: EventKey }) {
  const w = words.ratings;
  const columns: Column<Rated>[] = [
    { key: "rank", title: words.rankings.rank, cell: (r) => r.rank, by: (r) => r.rank },
    teamColumn<Rated>(),
    { key: "epa", title: w.total, cell: (r) => <Whole of={r} />, by: (r) => r.epa, number: true },
    { key: "auto", title: w.auto, cell: (r) => tenth(r.auto), by: (r) => r.auto, number: true, hideOnPhone: true },
    { key: "teleop", title: w.teleop, cell: (r) => tenth(r.teleop), by: (r) => r.teleop, number: true, hideOnPhone: true },
    { key: "endgame", title: w.endgame, cell: (r) => tenth(r.endgame), by: (r) => r.endgame, number: true, hideOnPhone: true },
    { key: "n", title: w.matches, cell: (r) => r.n, by: (r) => r.n, number: true, hideOnPhone: true },
  ];
  return (
    <Loaded from={useQuery(epaRead(of))} rows={8}>
      {({ teams }) => <Table rows={teams ?? []} columns={columns} name={`${of.season}-${of.code}-epa.csv`} title={w.epa} />}
    </Loaded>
  );
}

// Whole is the EPA of a robot, on phones with its phases below it.
function Whole({ of }: { of: Rated }) {
  return (
    <>
      {tenth(of.epa)}
      <span className="block text-sm whitespace-nowrap text-quiet sm:hidden">
        {words.ratings.phases(whole(of.auto), whole(of.teleop), whole(of.endgame))}
      </span>
    </>
  );
}

function Opr({ of }: { of: EventKey }) {
  const w = words.ratings;
  const columns: Column<Power>[] = [
    { key: "rank", title: words.rankings.rank, cell: (r) => r.rank, by: (r) => r.rank },
    teamColumn<Power>((row) => (row.thin ? `(${w.thin})` : "")),
    { key: "shown", title: w.noFoul, cell: (r) => tenth(r.shown), by: (r) => r.shown, number: true },
    { key: "opr", title: w.opr, cell: (r) => tenth(r.opr), by: (r) => r.opr, number: true },
    { key: "dpr", title: w.dpr, cell: (r) => tenth(r.dpr), by: (r) => r.dpr, number: true, hideOnPhone: true },
    { key: "ccwm", title: w.ccwm, cell: (r) => tenth(r.ccwm), by: (r) => r.ccwm, number: true },
    { key: "n", title: w.matches, cell: (r) => r.matches, by: (r) => r.matches, number: true, hideOnPhone: true },
  ];
  return (
    <Loaded from={useQuery(oprRead(of))} rows={8}>
      {({ teams }) => <Table rows={teams ?? []} columns={columns} name={`${of.season}-${of.code}-opr.csv`} title={w.opr} />}
    </Loaded>
  );
}

type Props<Row> = { rows: Row[]; columns: Column<Row>[]; name: string; title: string };

function Table<Row extends { teamNumber: number; name: string }>({ rows, columns, name, title }: Props<Row>) {
  const [team] = useFollowed();
  const { sort, change } = useOrder("rank");
  if (rows.length === 0) return <Empty title={words.ratings.empty}>{words.ratings.emptyHelp}</Empty>;
  const sheet = () => [["team", "name", ...columns.filter(({ key }) => key !== "team").map((one) => one.title)], ...rows.map(line)];
  const line = (row: Row) => [row.teamNumber, row.name, ...columns.filter(({ key }) => key !== "team").map((one) => one.by?.(row))];
  return (
    <div className="grid gap-3">
      <DataTable
        caption={title}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.teamNumber}
        sort={sort}
        onSort={({ key, down }) => change({ sort: `${down ? "-" : ""}${key}` })}
        marked={(row) => row.teamNumber === team}
      />
      <div>
        <Csv name={name} rows={sheet} />
      </div>
    </div>
  );
}

function Accuracy({ of }: { of: EventKey }) {
  const w = words.ratings;
  return (
    <Part title={w.good}>
      <Loaded from={useQuery(accuracyRead(of))} rows={2}>
        {({ matches, accuracy, brier, calibration }) =>
          matches === 0 || accuracy === null || brier === null ? (
            <p className="text-quiet">{w.none}</p>
          ) : (
            <div className="grid items-start gap-4 sm:grid-cols-[auto_1fr]">
              <Reliability bins={calibration ?? []} />
              <div className="grid gap-1">
                <p className="text-2xl font-semibold">
                  {w.accuracy(accuracy)} <span className="text-base font-normal text-quiet">{w.of(matches)}</span>
                </p>
                <p>
                  {w.brier(brier)} <span className="text-quiet">{w.brierHelp}</span>
                </p>
                <p className="pub-note">{w.reliability}</p>
              </div>
            </div>
          )
        }
      </Loaded>
    </Part>
  );
}

// Reliability is the picture: said across, happened upwards; a point is as big as many matches it stands for.
function Reliability({ bins }: { bins: Bin[] }) {
  const w = words.ratings;
  const known = bins.filter(({ matches, predicted, happened }) => matches > 0 && predicted !== null && happened !== null);
  return (
    <svg viewBox="-14 -6 122 122" className="w-48 max-w-full" role="img" aria-label={w.reliability}>
      <rect width="100" height="100" fill="none" stroke="var(--line)" />
      <path d="M0 100 100 0" stroke="var(--edge)" strokeDasharray="3 3" />
      {known.map((bin) => (
        <circle key={bin.from} cx={100 * bin.predicted!} cy={100 - 100 * bin.happened!} r={2 + Math.sqrt(bin.matches)} fill="var(--accent)">
          <title>{w.bin(bin.from, bin.to, bin.matches, bin.happened!)}</title>
        </circle>
      ))}
      <text x="50" y="112" textAnchor="middle" fontSize="9" fill="var(--quiet)">
        {w.said}
      </text>
      <text x="-5" y="50" textAnchor="middle" fontSize="9" fill="var(--quiet)" transform="rotate(-90 -5 50)">
        {w.happened}
      </text>
    </svg>
  );
}
