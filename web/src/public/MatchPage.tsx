import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { problem } from "../api";
import { ButtonLink, Empty, Loaded, Page } from "../ui";
import { words } from "../words/public";
import { useEventKey } from "./address";
import { useLive } from "./live";
import { Missing } from "./Missing";
import { type Expected, type Part as Line, partsOf, saidOf, sideOf, timeOf, titleOf, wonBy } from "./match";
import { type EventKey, eventRead, matchesRead, saidRead, teamsRead } from "./reads";
import { Part, Sides, useClock, withFrame } from "./rows";
import type { Match } from "./state";

const w = words.match;

/** MatchPage is one match: both scores part by part, and what was expected of it. */
export default function MatchPage() {
  const key = useEventKey();
  const event = useQuery(eventRead(key));
  if (event.error && [404, 422].includes(problem(event.error).status)) return <Missing />;
  return (
    <Loaded from={event}>{({ name, eventCode, timezone }) => <Found of={key} event={name || eventCode} timezone={timezone} />}</Loaded>
  );
}

function Found({ of, event, timezone }: { of: EventKey; event: string; timezone: string }) {
  useLive(of);
  const { level, number } = useParams<{ level: string; number: string }>();
  const matches = useQuery(matchesRead(of));
  const said = useQuery(saidRead(of));
  const root = `/e/${of.season}/${of.code}`;
  const match = matches.data?.find((one) => one.tournamentLevel === level && `${one.series}-${one.matchNumber}` === number);
  const lead = <Link href={withFrame(root)}>{event}</Link>;
  if (!match || match.removedAt)
    return (
      <Page title={w.gone} lead={lead}>
        <Loaded from={matches}>
          {() => (
            <Empty title={w.gone} action={<ButtonLink to={root}>{w.toEvent}</ButtonLink>}>
              {w.goneHelp}
            </Empty>
          )}
        </Loaded>
      </Page>
    );
  return (
    <Page title={titleOf(match)} lead={lead}>
      <Part>
        <Sides match={match} final />
        <State match={match} timezone={timezone} />
      </Part>
      <div className="grid items-start gap-4 wide:grid-cols-2">
        {match.result && <Breakdown match={match} />}
        <Expectation match={match} said={saidOf(said.data?.matches, match)} />
        <Robots of={of} match={match} />
      </div>
    </Page>
  );
}

function State({ match, timezone }: { match: Match; timezone: string }) {
  useClock();
  if (match.state === "started") return <p className="font-semibold text-accent-text">{w.playing}</p>;
  if (!match.result)
    return (
      <p className="text-quiet">
        {w.waiting} {timeOf(match.scheduledAt, timezone)}
      </p>
    );
  return match.result.official ? null : <p className="pub-note">{w.unofficial}</p>;
}

function Breakdown({ match }: { match: Match }) {
  const [red, blue] = [sideOf(match, "RED"), sideOf(match, "BLUE")];
  const parts = partsOf(match);
  const of = (phase: Line["phase"]) => parts.filter((part) => part.phase === phase);
  const fouls = (side: typeof red) => (side ? side.total - side.noFoul : undefined);
  return (
    <Part title={w.breakdown}>
      <table className="pub-table">
        <thead>
          <tr>
            <th scope="col">{w.part}</th>
            <th scope="col" className="number">
              {words.red} ■
            </th>
            <th scope="col" className="number">
              {words.blue} ●
            </th>
          </tr>
        </thead>
        <tbody>
          <Sum label={w.auto} red={red?.phases?.auto} blue={blue?.phases?.auto} />
          <Lines parts={of("auto")} />
          <Sum label={w.teleop} red={red?.phases?.teleop} blue={blue?.phases?.teleop} />
          <Lines parts={of("teleop")} />
          <Sum label={w.endgame} red={red?.phases?.endgame} blue={blue?.phases?.endgame} />
          <Sum label={w.noFoul} red={red?.noFoul} blue={blue?.noFoul} />
          <Sum label={w.fouls} red={fouls(red)} blue={fouls(blue)} />
          <Sum label={w.total} red={red?.total} blue={blue?.total} />
          <Lines parts={of("other")} />
        </tbody>
      </table>
      {parts.length === 0 && !red?.phases && <p className="pub-note">{w.onlyTotals}</p>}
    </Part>
  );
}

function Sum({ label, red, blue }: { label: string; red?: number; blue?: number }) {
  if (red === undefined && blue === undefined) return null;
  return (
    <tr className="bg-sunken font-semibold">
      <th scope="row" className="border-t border-line !py-1 !text-ink">
        {label}
      </th>
      <td className="number">{red ?? words.none}</td>
      <td className="number">{blue ?? words.none}</td>
    </tr>
  );
}

function Lines({ parts }: { parts: Line[] }) {
  return parts.map(({ key, label, red, blue }) => (
    <tr key={key}>
      <td className="!pl-4">{label}</td>
      <td className="number">{red}</td>
      <td className="number">{blue}</td>
    </tr>
  ));
}

function Expectation({ match, said }: { match: Match; said?: Expected }) {
  if (!said) return null;
  const won = wonBy(match);
  const right = won === (said.redWins >= 0.5 ? "RED" : "BLUE");
  const red = Math.round(100 * said.redWins);
  return (
    <Part title={w.expectedTitle}>
      <div className="flex items-center gap-2 font-semibold">
        <span className="text-red-ink">■ {red} %</span>
        <meter className="sr-only" min={0} max={100} value={red} aria-label={w.chance("red", said.redWins)} />
        <span aria-hidden="true" className="flex h-3 flex-1 overflow-hidden rounded-full border border-edge bg-blue">
          <span className="border-r-2 border-card bg-red" style={{ width: `${red}%` }} />
        </span>
        <span className="text-blue-ink">{100 - red} % ●</span>
      </div>
      <p>
        {words.red} {w.points(said.red)}, {words.blue.toLowerCase()} {w.points(said.blue)} {w.noFoul.toLowerCase()}
      </p>
      {won && Math.abs(said.redWins - 0.5) >= 0.005 && <p className="font-semibold">{right ? w.right : w.wrong}</p>}
      {match.result && <p className="pub-note">{said.early ? w.early : w.late}</p>}
    </Part>
  );
}

function Robots({ of, match }: { of: EventKey; match: Match }) {
  const names = new Map((useQuery(teamsRead(of)).data ?? []).map((team) => [team.teamNumber, team.name]));
  return (
    <Part title={words.match.robots}>
      <ul className="pub-rows">
        {(match.robots ?? []).map(({ teamNumber, alliance }) => (
          <li key={teamNumber} className="pub-line">
            <Link href={`/t/${teamNumber}`} className="inline-flex min-h-11 items-center gap-2">
              <span className={alliance === "RED" ? "text-red-ink" : "text-blue-ink"}>{alliance === "RED" ? "■" : "●"}</span>
              <b>{teamNumber}</b> {names.get(teamNumber)}
            </Link>
            <span>{alliance === "RED" ? words.red : words.blue}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
