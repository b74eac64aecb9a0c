import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { get, type Schemas } from "../../api";
import { allianceOf, Card, Empty, Icon, Loaded, Robot } from "../../ui";
import { words } from "../../words/analysis";
import type { At } from "../at";
import { before, same, short } from "../order";
import { Partner } from "./Partner";

type Consensus = Schemas["ScoutingRobotConsensus"];

/** Matches are the robot's matches with what each scout said, where they disagree, and what was computed. */
export function Matches({ at, number, summary }: { at: At; number: number; summary: Schemas["ScoutingSummary"] }) {
  const consensus = useQuery(get("/api/scouting/consensus", { query: { ...at.query, scoutedTeamNumber: number, limit: 200 } }));
  const matches = useQuery(get("/api/events/{code}/matches", at.event));
  return (
    <Card title={words.robot.matches}>
      <Loaded from={consensus}>
        {(seen) => {
          const computed = (summary.matches ?? []).filter(({ source }) => source !== "scouted");
          const list = [...seen, ...computed].sort(before);
          if (list.length === 0) return <Empty title={words.robot.noMatches}>{words.robot.noMatchesHelp}</Empty>;
          return (
            <>
              <Agreement seen={seen} />
              <ul className="grid gap-2">
                {list.map((one) => {
                  const match = matches.data?.find((other) => same(other, one));
                  const key = short(one) + ("reports" in one ? "" : " computed");
                  return "reports" in one ? <Seen key={key} robot={one} match={match} /> : <Computed key={key} one={one} />;
                })}
              </ul>
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

// Agreement says how well scouts agree who watched the robot together.
function Agreement({ seen }: { seen: Consensus[] }) {
  const twice = seen.filter(({ reports }) => (reports?.length ?? 0) > 1);
  const agreed = twice.filter(({ conflict }) => !conflict).length;
  return <p className="text-quiet">{twice.length === 0 ? words.robot.oneScout : words.robot.agreement(agreed, twice.length)}</p>;
}

function Seen({ robot, match }: { robot: Consensus; match?: Schemas["LiveMatchState"] }) {
  const station = match?.robots?.find(({ teamNumber }) => teamNumber === robot.scoutedTeamNumber)?.station;
  const official = match?.result?.alliances?.find(({ alliance }) => alliance === robot.alliance);
  return (
    <li className="rounded-lg border border-line">
      <details>
        <summary className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
          <Robot alliance={allianceOf(robot.alliance)} station={station} size="small" />
          <span className="font-semibold">{short(robot)}</span>
          {robot.conflict && (
            <span className="inline-flex items-center gap-1 text-sm font-medium text-warn">
              <Icon name="warn" className="size-4" />
              {words.robot.disagree}
            </span>
          )}
          <span className="ml-auto text-sm text-quiet">{words.robot.split(robot.autoScore, robot.teleopScore, robot.endgameScore)}</span>
          <strong>{words.robot.pts(robot.totalScore)}</strong>
        </summary>
        <div className="grid gap-2 border-t border-line px-3 py-2">
          {official && <p className="text-quiet">{words.robot.official(official.noFoul, official.total)}</p>}
          <ul className="grid gap-1">
            {robot.reports?.map(({ entryId, scouter, totalScore }) => (
              <li key={entryId}>
                <Link href={`/scout/entry/${entryId}`} className="inline-flex min-h-7 items-center text-accent-text">
                  {words.robot.report(scouter.displayName, totalScore)}
                </Link>
              </li>
            ))}
          </ul>
          {robot.conflicts?.map(({ key, label, values }) => (
            <p key={key} className="text-warn">
              {words.robot.conflict(label, values ?? [])}
            </p>
          ))}
          {robot.reports?.[0] && match?.result && <Partner entryId={robot.reports[0].entryId} />}
        </div>
      </details>
    </li>
  );
}

// Computed is a match that nobody of ours watched: what is left of the alliance's points.
function Computed({ one }: { one: Schemas["ScoutingSummaryMatch"] }) {
  const odd = (one.inconsistent?.length ?? 0) > 0;
  return (
    <li className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-dashed border-edge px-3 py-2">
      <span className="font-semibold">{short(one)}</span>
      <span className="text-sm font-medium">{words.robot.computed}</span>
      {odd && <span className="text-sm text-warn">{words.robot.inconsistent}</span>}
      <span className="ml-auto text-sm text-quiet">{words.robot.split(one.score.auto, one.score.teleop, one.score.endgame)}</span>
      <strong>{words.robot.pts(one.score.total)}</strong>
    </li>
  );
}
