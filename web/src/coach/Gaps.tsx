import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../api";
import type { EventRef } from "../event";
import { usePresenceChannel } from "../realtime";
import { matchKey } from "../scout/wire";
import { may, type Team } from "../session";
import { Card, Icon, Loaded } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { type Coverage, type Gap, gapsOf, type MatchState, nowAndNext } from "./board";
import { SeatDialog } from "./SeatDialog";

/** Gaps says of the match that runs and of the next which robots nobody watches. */
export function Gaps({ team, event: { season, eventCode } }: { team: Team; event: EventRef }) {
  const coverage = useQuery(get("/api/scouting/coverage", { query: { scoutingTeamId: team.id, season, eventCode } }));
  const matches = useQuery({ ...get("/api/events/{code}/matches", { path: { code: eventCode }, query: { season } }), retry: false });
  const { now, next } = nowAndNext(matches.data ?? []);
  return (
    <Card title={words.gaps.title}>
      <Loaded from={coverage} rows={2}>
        {(board) => (
          <div className="grid gap-3">
            {now && <Match key={`now ${matchKey(now)}`} team={team} board={board} match={now} title={words.gaps.now(matchName(now))} />}
            {next && (
              <Match key={`next ${matchKey(next)}`} team={team} board={board} match={next} title={words.gaps.next(matchName(next))} />
            )}
            {!now && !next && <p className="text-quiet">{words.gaps.noMatch}</p>}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function Match({ team, board, match, title }: { team: Team; board: Coverage; match: MatchState; title: string }) {
  const { members } = usePresenceChannel(`presence-team-${team.id}`);
  const [chosen, setChosen] = useState<Gap>();
  const row = board.matches?.find((m) => matchKey(m) === matchKey(match));
  const gaps = useMemo(() => gapsOf(row, new Set(members.keys())), [row, members]);
  const told = (gap: Gap) => (gap.why === "nobody" ? words.gaps.nobody(gap.seat) : words.gaps.away(gap.seat, gap.scouts.join(", ")));
  const look = "inline-flex min-h-11 items-center gap-1.5 rounded-lg bg-warn-wash px-3 font-medium text-warn";
  return (
    <div className="grid gap-1.5" data-gaps={matchName(match)}>
      <h3 className="font-semibold">{title}</h3>
      {gaps.length === 0 && (
        <p className="flex items-center gap-1.5 text-good">
          <Icon name="check" className="size-4" />
          {words.gaps.full}
        </p>
      )}
      <ul className="flex flex-wrap gap-1.5">
        {gaps.map((gap) => (
          <li key={gap.robot.scoutedTeamNumber}>
            {may(team, "MENTOR", "LEADER") ? (
              <button type="button" title={words.gaps.assign(matchName(match), gap.seat)} className={look} onClick={() => setChosen(gap)}>
                {told(gap)}
              </button>
            ) : (
              <span className={look}>{told(gap)}</span>
            )}
          </li>
        ))}
      </ul>
      {chosen && row && <SeatDialog team={team} board={board} match={row} robot={chosen.robot} close={() => setChosen(undefined)} />}
    </div>
  );
}
