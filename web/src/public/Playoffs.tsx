import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../api";
import { Empty, Loaded } from "../ui";
import { words } from "../words/public";
import { sideOf } from "./match";
import { bracketRead, type EventKey } from "./reads";
import { type About, Part, Rows } from "./rows";
import type { Match } from "./state";

type Bracket = Schemas["RatingsBracket"];
type Series = Schemas["RatingsSeries"];

/** Playoffs shows the alliances, the bracket round by round, and the matches. */
export function Playoffs({ of, matches, about }: { of: EventKey; matches: Match[]; about: About }) {
  const bracket = useQuery(bracketRead(of));
  const played = matches.filter(({ tournamentLevel }) => tournamentLevel === "playoff");
  return (
    <Loaded from={bracket} rows={6}>
      {(known) =>
        (known.alliances ?? []).length === 0 && played.length === 0 ? (
          <Empty title={words.playoffs.empty}>{words.playoffs.emptyHelp}</Empty>
        ) : (
          <div className="grid items-start gap-4 wide:grid-cols-2">
            <Alliances bracket={known} />
            {played.length > 0 && (
              <Part title={words.parts.schedule}>
                <Rows matches={played} about={about} />
              </Part>
            )}
            <Rounds bracket={known} matches={played} />
          </div>
        )
      }
    </Loaded>
  );
}

function Alliances({ bracket: { alliances, champion } }: { bracket: Bracket }) {
  const w = words.playoffs;
  return (
    <Part title={w.alliances}>
      {champion > 0 && <p className="font-semibold text-good">{w.champion(champion)}</p>}
      <ul className="pub-rows">
        {(alliances ?? []).map(({ number, captain, picks, backup, place }) => (
          <li key={number} className="pub-row !grid-cols-[6rem_1fr_auto]">
            <b>{w.alliance(number)}</b>
            <span className="flex flex-wrap gap-x-3 text-quiet">
              {[captain, ...(picks ?? [])].map((team) => (
                <Link key={team} href={`/t/${team}`} className="inline-flex min-h-6 items-center">
                  {team}
                </Link>
              ))}
              {backup > 0 && <span>{w.backup(backup)}</span>}
            </span>
            <span className="text-quiet">{place > 0 ? w.place(place) : ""}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Rounds({ bracket, matches }: { bracket: Bracket; matches: Match[] }) {
  const rounds = [...new Set((bracket.matches ?? []).map(({ round }) => round))].sort((a, b) => a - b);
  return (
    <div className="grid gap-4 wide:col-span-2 wide:grid-cols-[repeat(auto-fit,minmax(13rem,1fr))]">
      {rounds.map((round) => (
        <Part key={round} title={words.playoffs.round(round)}>
          {(bracket.matches ?? [])
            .filter((one) => one.round === round)
            .map((one) => (
              <Meeting
                key={one.series}
                series={one}
                match={matches.filter(({ series, result }) => series === one.series && result).at(-1)}
              />
            ))}
        </Part>
      ))}
    </div>
  );
}

function Meeting({ series, match }: { series: Series; match?: Match }) {
  const w = words.playoffs;
  const seat = (side: "red" | "blue") => {
    const { alliance } = series[side];
    const score = match && sideOf(match, side === "red" ? "RED" : "BLUE")?.total;
    const won = series.winner > 0 && series.winner === alliance;
    return (
      <span className={`pub-team ${side} ${won ? "won" : ""}`}>
        <span>
          <span className="sr-only">{words[side]} </span>
          {alliance > 0 ? w.alliance(alliance) : series.status === "unneeded" ? w.unneeded : w.open}
        </span>
        {score !== undefined && <b className="ml-auto">{score}</b>}
      </span>
    );
  };
  return (
    <div className="grid gap-1 border-t border-line pt-2 first-of-type:border-0 first-of-type:pt-0">
      <p className="pub-note">
        {[w.match(series.series), series.lower && !series.deciding && w.lower, series.deciding && w.deciding].filter(Boolean).join(" · ")}
      </p>
      {seat("red")}
      {seat("blue")}
    </div>
  );
}
