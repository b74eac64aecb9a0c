import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { get, problem } from "../api";
import { Loaded, Page } from "../ui";
import { words } from "../words/public";
import { dates } from "../words/time";
import { Missing } from "./Missing";
import { teamRead } from "./reads";
import { Part } from "./rows";

const w = words.team;

/** TeamPage is what the public knows of an FTC team: its FTC events, its record there, its rating. */
export default function TeamPage() {
  const number = Number(useParams<{ number: string }>().number);
  const team = useQuery(teamRead(number));
  if (!Number.isInteger(number) || (team.error && [404, 422].includes(problem(team.error).status))) return <Missing />;
  return (
    <Loaded from={team}>
      {({ name, city, region, country, rookieYear, events, ratings }) => (
        <Page
          title={`${number} ${name}`}
          lead={[[city, region, country].filter(Boolean).join(", "), rookieYear && w.from(rookieYear)].filter(Boolean).join(" · ")}
        >
          <Part title={w.events}>
            {(events ?? []).length === 0 ? (
              <p className="text-quiet">{w.noEvents}</p>
            ) : (
              <ul className="pub-rows">
                {events!.map(({ season, eventCode, name, startsOn, endsOn, record }) => (
                  <li key={`${season}/${eventCode}`} className="pub-line">
                    <Link
                      href={`/e/${season}/${eventCode}/schedule?team=${number}`}
                      className="inline-flex min-h-11 items-center font-semibold"
                    >
                      {name || eventCode}
                    </Link>
                    <span>
                      {[dates(startsOn, endsOn, "en-US"), `${record.wins}–${record.losses}–${record.ties}`].filter(Boolean).join(" · ")}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Part>
          {(ratings ?? []).map(({ season, epa, n }) => (
            <Part key={season} title={`${words.ratings.epa} ${season}`}>
              <p className="pub-big">
                {epa.toFixed(1)} <span className="pub-when">{w.matches(n)}</span>
              </p>
              <History number={number} season={season} />
            </Part>
          ))}
        </Page>
      )}
    </Loaded>
  );
}

// History draws a season's ratings, match by match; the points tell themselves.
function History({ number, season }: { number: number; season: number }) {
  const history = useQuery(get("/api/analytics/team/{number}", { path: { number }, query: { season } }));
  const steps = history.data?.matches ?? [];
  if (steps.length < 2) return null;
  const top = Math.max(...steps.map(({ epa }) => epa), 1);
  const x = (i: number) => (300 * i) / (steps.length - 1);
  const y = (epa: number) => 80 - (76 * epa) / top;
  return (
    <svg viewBox="-4 -4 308 92" className="w-full max-w-xl" role="img" aria-label={w.history}>
      <path d="M0 80H300" stroke="var(--line)" />
      <path d={`M${steps.map(({ epa }, i) => `${x(i)} ${y(epa)}`).join("L")}`} fill="none" stroke="var(--accent)" strokeWidth="2" />
      {steps.map(({ level, series, matchNumber, eventCode, epa }, i) => (
        <circle key={`${eventCode}/${level}/${series}/${matchNumber}`} cx={x(i)} cy={y(epa)} r="3" fill="var(--accent)">
          <title>{w.after(`${eventCode} ${words.match.letters[level] ?? ""}${series || matchNumber}`, epa)}</title>
        </circle>
      ))}
    </svg>
  );
}
