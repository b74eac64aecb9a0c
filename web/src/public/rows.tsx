import { type ReactNode, useEffect, useState } from "react";
import { Link } from "wouter";
import { cx } from "../ui";
import { words } from "../words/public";
import { framed } from "./framed";
import type { Live } from "./live";
import { chanceOf, codeOf, type Expected, pathOf, remaining, saidOf, sideOf, teamsOf, timeOf, titleOf, wonBy } from "./match";
import { type Match, marked, nameOf } from "./state";

/** About is what rows of matches need to know of their event. */
export interface About {
  timezone: string;
  said?: Expected[] | null;
  live?: Live;
  team?: number; // that is followed
}

/** Part is one card of a page. */
export function Part({ title, children, className }: { title?: string; children: ReactNode; className?: string }) {
  return (
    <section className={cx("pub-card", className)}>
      {title && <h2>{title}</h2>}
      {children}
    </section>
  );
}

/** Rows lists matches: code, red, score or time, blue. A result that comes while the page is open lights up. */
export function Rows({ matches, about }: { matches: Match[]; about: About }) {
  return (
    <ul className="pub-rows">
      {matches.map((match) => (
        <Row key={nameOf(match)} match={match} about={about} />
      ))}
    </ul>
  );
}

function Row({ match, about }: { match: Match; about: About }) {
  const [red, blue] = [sideOf(match, "RED"), sideOf(match, "BLUE")];
  const here = about.team && (match.robots ?? []).some(({ teamNumber }) => teamNumber === about.team);
  const [opened] = useState(() => match.result?.rev ?? 0); // lights up only what is news
  return (
    <li className={cx("pub-row", !!here && "here", (match.result?.rev ?? 0) > opened && "pub-fresh")}>
      <Link
        className="pub-code"
        href={withFrame(pathOf(match))}
        target={framed() ? "_blank" : undefined}
        aria-label={words.match.named(codeOf(match), titleOf(match))}
      >
        {codeOf(match)}
      </Link>
      <Teams match={match} alliance="RED" about={about} />
      {red || blue ? (
        <>
          <span className="pub-score">{red?.total}</span>
          <span className="pub-score">{blue?.total}</span>
        </>
      ) : (
        <span className="pub-time">
          {match.state === "started" ? words.now.runs : timeOf(match.scheduledAt, about.timezone)}
          {about.said && <small>{chanceOf(saidOf(about.said, match))}</small>}
        </span>
      )}
      <Teams match={match} alliance="BLUE" about={about} />
    </li>
  );
}

function Teams({ match, alliance, about }: { match: Match; alliance: "RED" | "BLUE"; about: About }) {
  const side = alliance === "RED" ? "red" : "blue";
  return (
    <span className={cx("pub-team", side, wonBy(match) === alliance && "won")}>
      <span className="sr-only">{words[side]} </span>
      {teamsOf(match, alliance).map((team) => {
        const times = about.live ? marked(about.live.marks, match, team) : 0;
        return (
          <span key={team} className={cx(times > 0 && "pub-seen")} title={times > 0 ? words.match.scouted(times) : undefined}>
            {team}
          </span>
        );
      })}
    </span>
  );
}

/** Sides shows both alliances, with their totals once there is a result. */
export function Sides({ match, final }: { match: Match; final?: boolean }) {
  const won = wonBy(match);
  return (
    <div className={cx("pub-sides", final && "final")}>
      {(["RED", "BLUE"] as const).map((alliance) => {
        const side = alliance === "RED" ? "red" : "blue";
        return (
          <p key={alliance} className={cx("pub-side", side, final && won === alliance && "won")}>
            <span className="pub-mark">{words[side]}</span>
            {teamsOf(match, alliance).map((team) => (
              <b key={team}>{final ? <Link href={`/t/${team}`}>{team}</Link> : team}</b>
            ))}
            {final && sideOf(match, alliance) && <span className="pub-total">{sideOf(match, alliance)!.total}</span>}
          </p>
        );
      })}
    </div>
  );
}

/** Now shows the match that runs, with the time that is left, or the one that comes next. */
export function Now({ match, runs, any, about }: { match: Match | null; runs: boolean; any: boolean; about: About }) {
  const now = useClock();
  if (!match)
    return (
      <Part title={words.now.title} className="pub-now">
        <p className="pub-big">{any ? words.now.over : words.now.none}</p>
        <p className="text-quiet">{any ? words.now.overHelp : words.now.noneHelp}</p>
      </Part>
    );
  const chance = chanceOf(saidOf(about.said, match));
  return (
    <section className="pub-card pub-now">
      <h2>{runs ? words.now.runs : words.now.next}</h2>
      <p className="pub-big">
        <Link href={withFrame(pathOf(match))}>{titleOf(match)}</Link>
        <span className={cx("pub-when", runs && "runs")}>
          {runs ? running(match, now) : `${timeOf(match.scheduledAt, about.timezone)} ${soon(match, now)}`}
        </span>
      </p>
      <Sides match={match} />
      {chance && <p className="pub-chance">{words.match.expected(chance)}</p>}
    </section>
  );
}

function running(match: Match, now: number): string {
  const left = remaining(match.startedAt, now);
  return left === null ? words.now.waiting : words.now.left(left);
}

function soon(match: Match, now: number): string {
  if (!match.scheduledAt) return "";
  const minutes = Math.round((Date.parse(match.scheduledAt) - now) / 60_000);
  return minutes > 0 ? words.now.soon(minutes) : minutes > -180 ? words.now.late : "";
}

/** useClock is the time, to the second, while the page can be seen. */
export function useClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** withFrame keeps a page in its frame from one address to the next. */
export const withFrame = (path: string) => (framed() && path.startsWith("/e/") ? `${path}?embed=1` : path);
