import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useParams } from "wouter";
import { get, type Schemas } from "../../api";
import { allianceOf, Button, ButtonLink, Card, Empty, Icon, Loaded, Page, Robot, Select } from "../../ui";
import { words } from "../../words/analysis";
import { AnalysisTabs } from "../AnalysisTabs";
import { AtEvent, OtherEvent } from "../AtEvent";
import type { At } from "../at";
import { points } from "../figures";
import { before } from "../order";
import { addressOf, type Color, colorOf, type Match, matchAt, nextOf, planOf, strengths, warnings } from "./brief";
import { Chance } from "./Chance";
import { useBrief } from "./useBrief";

/** BriefPage prepares a match: ours that comes next, or any. */
export default function BriefPage() {
  return <AtEvent title={words.brief.title}>{(at) => <Choice at={at} />}</AtEvent>;
}

function Choice({ at }: { at: At }) {
  const { match: address } = useParams<{ match?: string }>();
  const [, go] = useLocation();
  const matches = useQuery(get("/api/events/{code}/matches", at.event));
  return (
    <Page
      title={words.brief.title}
      lead={words.event.at(at.eventCode)}
      actions={
        <>
          <OtherEvent at={at} path="/analysis/brief" />
          <Button icon="print" className="no-print" onClick={() => print()}>
            {words.brief.print}
          </Button>
          <ButtonLink icon="full" className="no-print" to="/analysis/pit">
            {words.brief.pit}
          </ButtonLink>
        </>
      }
    >
      <AnalysisTabs />
      <Loaded from={matches} rows={5}>
        {(list) => {
          const own = nextOf(list, at.team.teamNumber);
          const match = address ? matchAt(list, address) : own;
          return (
            <>
              <div className="no-print max-w-sm">
                <Select
                  label={words.brief.which}
                  value={match ? addressOf(match) : ""}
                  onChange={(event) => go(`/analysis/brief/${event.target.value}`)}
                >
                  {!match && <option value="">{words.brief.choose}</option>}
                  {[...list].sort(before).map((one) => (
                    <option key={addressOf(one)} value={addressOf(one)}>
                      {words.match(one.tournamentLevel, one.series, one.matchNumber)}
                      {one === own ? ` ${words.brief.isNext}` : ""}
                    </option>
                  ))}
                </Select>
              </div>
              {match ? (
                <Brief key={addressOf(match)} at={at} match={match} matches={list} />
              ) : (
                <Empty icon="event" title={words.brief.none(at.team.teamNumber)}>
                  {words.brief.noneHelp}
                </Empty>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Brief({ at, match, matches }: { at: At; match: Match; matches: Match[] }) {
  const { red, blue, forecast, robots, notes } = useBrief(at, match);
  const color = colorOf(match, at.team.teamNumber) ?? "RED";
  return (
    <Loaded from={robots} rows={5}>
      {(about) => {
        const of = (numbers: number[]) => about.filter(({ teamNumber }) => numbers.includes(teamNumber));
        const [ours, theirs] = color === "RED" ? [red, blue] : [blue, red];
        return (
          <>
            <h2 className="text-xl">{words.match(match.tournamentLevel, match.series, match.matchNumber)}</h2>
            <Loaded from={forecast}>{(told) => <Chance forecast={told} />}</Loaded>
            {forecast.data && (
              <Card title={words.brief.plan(color)}>
                <ul className="list-disc pl-5">
                  {planOf(of(ours), of(theirs), forecast.data, color).map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
                <p className="text-sm text-quiet">{words.brief.planHelp}</p>
              </Card>
            )}
            <div className="grid grid-cols-1 gap-4 md:grid-cols-2">
              {(["RED", "BLUE"] as const).map((side) => (
                <Side
                  key={side}
                  side={side}
                  robots={of(side === "RED" ? red : blue)}
                  match={match}
                  notes={notes.data ?? []}
                  matches={matches}
                />
              ))}
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

type SideProps = { side: Color; robots: Schemas["ScoutingSummary"][]; match: Match; notes: Schemas["ScoutingNote"][]; matches: Match[] };

function Side({ side, robots, match, notes, matches }: SideProps) {
  return (
    <Card title={words.alliance[side]}>
      {robots.map((robot) => {
        const station = match.robots?.find(({ teamNumber }) => teamNumber === robot.teamNumber)?.station;
        const against = warnings(robot, notes, matches);
        return (
          <article key={robot.teamNumber} className="grid gap-1 border-t border-line pt-3 first-of-type:border-t-0 first-of-type:pt-0">
            <h3 className="flex items-center gap-2 font-semibold">
              <Robot alliance={allianceOf(side)} station={station} />
              <Link href={`/analysis/robots/${robot.teamNumber}`} className="inline-flex min-h-7 items-center text-accent-text">
                {robot.teamNumber}
              </Link>
              <span className="ml-auto text-sm font-normal text-quiet">{words.brief.epa(points(robot.ratings?.epa))}</span>
            </h3>
            <ul className="grid gap-0.5">
              {strengths(robot).map((line) => (
                <li key={line} className="flex gap-2">
                  <Icon name="check" className="mt-1 size-4 text-good" />
                  {line}
                </li>
              ))}
              {against.map((line) => (
                <li key={line} className="flex gap-2">
                  <Icon name="warn" className="mt-1 size-4 text-warn" />
                  <span className="min-w-0 break-words">
                    <span className="sr-only">{words.brief.warning}</span>
                    {line}
                  </span>
                </li>
              ))}
            </ul>
          </article>
        );
      })}
    </Card>
  );
}
