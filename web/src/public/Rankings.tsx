import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import type { Schemas } from "../api";
import { Button, type Column, DataTable, Empty, Field, Loaded } from "../ui";
import { words } from "../words/public";
import { useFollowed } from "./address";
import { csvOf } from "./facts";
import { type EventKey, rankingsRead } from "./reads";

export type Place = Schemas["RatingsPlace"];

const record = ({ wins, losses, ties }: Place) => `${wins}–${losses}–${ties}`;

/** Places is the short table of ranks, the same as the server sends first. */
export function Places({ places }: { places: Place[] }) {
  const w = words.rankings;
  return (
    <table className="pub-table">
      <thead>
        <tr>
          <th scope="col">{w.rank}</th>
          <th scope="col">{w.team}</th>
          <th scope="col" className="number">
            {w.score}
          </th>
          <th scope="col" className="number">
            {w.record}
          </th>
        </tr>
      </thead>
      <tbody>
        {places.map((place) => (
          <tr key={place.teamNumber}>
            <td>{place.rank}</td>
            <td>
              <Link href={`/t/${place.teamNumber}`}>{place.teamNumber}</Link> <span className="pub-name">{place.name}</span>
            </td>
            <td className="number">{place.rankingScore.toFixed(2)}</td>
            <td className="number">{record(place)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Rankings is the whole table: sorted, filtered and with one team followed, all of which is kept in the address. */
export function Rankings({ of }: { of: EventKey }) {
  const rankings = useQuery(rankingsRead(of));
  return (
    <Loaded from={rankings} rows={8}>
      {({ teams, computed }) =>
        (teams ?? []).length === 0 ? (
          <Empty title={words.rankings.empty}>{words.rankings.emptyHelp}</Empty>
        ) : (
          <>
            <Table places={teams!} name={`${of.season}-${of.code}-rankings.csv`} />
            {computed && <p className="pub-note">{words.rankings.computed}</p>}
          </>
        )
      }
    </Loaded>
  );
}

function Table({ places, name }: { places: Place[]; name: string }) {
  const w = words.rankings;
  const [team, follow] = useFollowed();
  const { text, sort, change } = useOrder("rank");
  const found = places.filter((place) => `${place.teamNumber} ${place.name}`.toLowerCase().includes(text.toLowerCase()));
  const columns: Column<Place>[] = [
    { key: "rank", title: w.rank, cell: (p) => p.rank, by: (p) => p.rank },
    {
      key: "team",
      title: w.team,
      cell: (p) => <TeamCell place={p} followed={p.teamNumber === team} onFollow={follow} />,
      by: (p) => p.teamNumber,
    },
    { key: "score", title: w.score, cell: (p) => p.rankingScore.toFixed(2), by: (p) => p.rankingScore, number: true },
    { key: "record", title: w.record, cell: record, by: (p) => p.wins - p.losses, number: true },
    { key: "played", title: w.played, cell: (p) => p.matchesPlayed, by: (p) => p.matchesPlayed, number: true, hideOnPhone: true },
  ];
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <Field label={w.filter} type="search" value={text} onChange={(e) => change({ q: e.target.value })} />
        <Csv name={name} rows={() => [[w.rank, w.team, "name", w.score, "wins", "losses", "ties", w.played], ...found.map(line)]} />
      </div>
      <p role="status" className="sr-only">
        {w.found(found.length)}
      </p>
      <DataTable
        caption={w.title}
        columns={columns}
        rows={found}
        rowKey={(p) => p.teamNumber}
        sort={sort}
        onSort={({ key, down }) => change({ sort: `${down ? "-" : ""}${key}` })}
        marked={(p) => p.teamNumber === team}
      />
    </div>
  );
}

const line = (p: Place) => [p.rank, p.teamNumber, p.name, p.rankingScore, p.wins, p.losses, p.ties, p.matchesPlayed];

function TeamCell({ place, followed, onFollow }: { place: Place; followed: boolean; onFollow: (team: number) => void }) {
  const { teamNumber, name } = place;
  return (
    <span className="flex items-center gap-x-1">
      <button
        type="button"
        aria-pressed={followed}
        aria-label={followed ? words.rankings.unfollow(teamNumber) : words.rankings.follow(teamNumber)}
        className="-ml-2 grid size-8 shrink-0 place-items-center text-lg leading-none text-accent-text"
        onClick={() => onFollow(followed ? 0 : teamNumber)}
      >
        {followed ? "★" : "☆"}
      </button>
      <span>
        <Link href={`/t/${teamNumber}`} className="mr-2 inline-flex min-h-6 items-center font-semibold text-ink">
          {teamNumber}
        </Link>
        <span className="pub-name">{name}</span>
      </span>
    </span>
  );
}

/** useOrder keeps the filter and the order of a table in the address. */
export function useOrder(first: string) {
  const [params, setParams] = useSearchParams();
  const given = params.get("sort") || first;
  const change = (news: Record<string, string>) =>
    setParams(
      (before) => {
        for (const [key, value] of Object.entries(news)) value ? before.set(key, value) : before.delete(key);
        return before;
      },
      { replace: true },
    );
  return { text: params.get("q") ?? "", sort: { key: given.replace(/^-/, ""), down: given.startsWith("-") }, change };
}

/** Csv saves the rows as a file. */
export function Csv({ name, rows }: { name: string; rows: () => (string | number | null | undefined)[][] }) {
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvOf(rows())], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <Button icon="download" onClick={save}>
      {words.rankings.csv}
    </Button>
  );
}
