import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { allianceOf, Button, Card, Empty, Field, Form, Robot, Select } from "../../ui";
import { matchName, words } from "../../words/scout";
import type { Ready } from "../event/ready";
import { type Alliance, inOrder, type Level, type Match, matchKey, type Place } from "../wire";
import { dutyIn, placePath, upcoming } from "./duty";

const few = 6;

/** Robots lists the schedule from the match that is about to be played; a tap on a robot scouts it. */
export function Robots({ ready, seen }: { ready: Ready; seen: Place[] }) {
  const [all, setAll] = useState(false);
  const [byHand, setByHand] = useState(ready.matches.length === 0);
  const [now] = useState(Date.now);
  const matches = useMemo(() => ready.matches.filter((m) => (m.robots?.length ?? 0) > 0).sort(inOrder), [ready.matches]);
  const last = seen[0];
  const at = Math.max(0, last ? matches.findIndex((m) => inOrder(m, last) > 0) : matches.indexOf(upcoming(matches, now) as Match));
  const shown = all ? matches : matches.slice(at, at + few);
  return (
    <Card
      title={words.duty.other}
      actions={
        matches.length > 0 && (
          <Button look="quiet" className="-mx-4" onClick={() => setByHand(!byHand)}>
            {words.duty.byHand}
          </Button>
        )
      }
    >
      {matches.length === 0 && (
        <Empty icon="event" title={words.duty.noSchedule}>
          {words.duty.noScheduleHelp}
        </Empty>
      )}
      {byHand && <ByHand ready={ready} last={last} />}
      <ul className="min-w-0">
        {shown.map((match) => (
          <MatchRow key={matchKey(match)} match={match} seen={seen} />
        ))}
      </ul>
      {matches.length > few && !all && <Button onClick={() => setAll(true)}>{words.duty.showAll(matches.length)}</Button>}
    </Card>
  );
}

function MatchRow({ match, seen }: { match: Match; seen: Place[] }) {
  const robots = [...(match.robots ?? [])].sort((a, b) => b.alliance.localeCompare(a.alliance) || a.station - b.station);
  return (
    <li className="grid grid-cols-[3.5rem_1fr] items-center gap-2 border-b border-line py-2 last:border-0">
      <b>{matchName(match)}</b>
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-4 wide:grid-cols-2 2xl:grid-cols-4">
        {robots.map(({ alliance, station, teamNumber }) => {
          const duty = dutyIn(match, teamNumber);
          const done = seen.some((s) => inOrder(s, match) === 0 && s.scoutedTeamNumber === teamNumber);
          return (
            <Link
              key={teamNumber}
              href={`/scout/form/${placePath(duty!)}`}
              className="flex min-h-11 items-center gap-2 rounded-lg border border-edge/50 px-2 text-ink no-underline active:bg-accent-wash"
            >
              <Robot alliance={allianceOf(alliance)} station={station} size="small" />
              <span className="font-semibold">{teamNumber}</span>
              {done && <span className="ml-auto text-sm text-good">✓</span>}
            </Link>
          );
        })}
      </div>
    </li>
  );
}

/** ByHand is for a match that the schedule does not have. */
function ByHand({ ready, last }: { ready: Ready; last?: Place }) {
  const [, go] = useLocation();
  const [level, setLevel] = useState<string>(last?.tournamentLevel ?? "qual");
  const submit = ({ match, series, robot, alliance }: Record<string, string>) => {
    const { season, eventCode } = ready.event;
    const place: Place = {
      season,
      eventCode,
      tournamentLevel: level as Level,
      series: Number(series ?? 0),
      matchNumber: Number(match),
      alliance: alliance as Alliance,
      scoutedTeamNumber: Number(robot),
    };
    go(`/scout/form/${placePath(place)}`);
  };
  return (
    <Form onSubmit={submit}>
      <div className="grid items-end gap-3 sm:grid-cols-2">
        <Select label={words.duty.level} value={level} onChange={(event) => setLevel(event.target.value)}>
          {Object.entries(words.duty.levels).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </Select>
        {level === "playoff" && (
          <Field label={words.duty.series} name="series" type="number" inputMode="numeric" min={1} max={99} required />
        )}
        <Field
          label={words.duty.match}
          name="match"
          type="number"
          inputMode="numeric"
          min={1}
          max={999}
          required
          defaultValue={last ? last.matchNumber + 1 : 1}
        />
        <Select label={words.duty.alliance} name="alliance" defaultValue={last?.alliance ?? "RED"}>
          <option value="RED">{words.duty.red}</option>
          <option value="BLUE">{words.duty.blue}</option>
        </Select>
        <Field label={words.duty.robot} name="robot" type="number" inputMode="numeric" min={1} max={99999} required />
        <Button type="submit" look="main">
          {words.duty.go}
        </Button>
      </div>
    </Form>
  );
}
