import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, type Schemas } from "../api";
import { placePath } from "../scout/assignment/duty";
import type { Place } from "../scout/wire";
import { may, type Team } from "../session";
import { allianceOf, Button, ButtonLink, Dialog, Loaded, Robot } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { type Cell, type Consensus, type Coverage, consensusKey } from "./board";
import { entryPath, robotPath } from "./paths";
import { ReportsTable } from "./ReportsTable";
import { SeatDialog } from "./SeatDialog";

type Props = { team: Team; board: Coverage; cell: Cell; consensus: Consensus[]; close: () => void };

/** RobotDialog tells all of a robot in a match: who was to watch it, who said what, what they say together. */
export function RobotDialog({ team, board, cell, consensus, close }: Props) {
  const [assigning, setAssigning] = useState(false);
  const { match, robot, state } = cell;
  const leads = may(team, "MENTOR", "LEADER");
  const said = consensus.find((c) => consensusKey(c, c.scoutedTeamNumber) === consensusKey(match, robot.scoutedTeamNumber));
  const names = (robot.assigned ?? []).map((s) => s.displayName).join(", ");
  if (assigning) return <SeatDialog team={team} board={board} match={match} robot={robot} close={close} />;
  const place = { ...match, ...robot, season: board.season, eventCode: board.eventCode } as unknown as Place;
  return (
    <Dialog
      title={words.seat.title(matchName(match), robot.scoutedTeamNumber)}
      onClose={close}
      actions={
        <>
          <ButtonLink to={robotPath(robot.scoutedTeamNumber)}>{words.coverage.robotPage}</ButtonLink>
          {may(team, "MENTOR", "LEADER", "STUDENT") && state !== "wrong" && (
            <ButtonLink to={`/scout/form/${placePath(place)}`}>{words.coverage.scoutIt}</ButtonLink>
          )}
          {leads && <Button onClick={() => setAssigning(true)}>{words.coverage.assign}</Button>}
        </>
      }
    >
      <div className="flex items-center gap-3">
        <Robot alliance={allianceOf(robot.alliance)} station={robot.station} />
        <p>
          {names ? words.coverage.assignedTo(names) : words.coverage.notAssigned}
          {state === "wrong" && <span className="block text-bad">{words.coverage.wrongHelp}</span>}
          {state === "left" && <span className="block text-quiet">{words.coverage.leftHelp}</span>}
        </p>
      </div>
      {robot.entries > 0 ? (
        <Reports team={team} board={board} cell={cell} said={said} />
      ) : (
        <p className="text-quiet">{words.coverage.noneSaw}</p>
      )}
    </Dialog>
  );
}

function Reports({ team, board, cell, said }: { team: Team; board: Coverage; cell: Cell; said?: Consensus }) {
  const { match, robot } = cell;
  const { season, eventCode } = board;
  const query = {
    scoutingTeamId: team.id,
    season,
    eventCode,
    tournamentLevel: match.tournamentLevel as "qual",
    series: match.series,
    matchNumber: match.matchNumber,
    scoutedTeamNumber: robot.scoutedTeamNumber,
  };
  const entries = useQuery(get("/api/scouting/entries", { query }));
  const form = useQuery({ ...get("/api/seasons/{year}", { path: { year: season } }), staleTime: Number.POSITIVE_INFINITY });
  return (
    <Loaded from={entries} rows={3}>
      {(list) => (
        <Loaded from={form} rows={3}>
          {(told: Schemas["SeasonsSeason"]) =>
            said && (said.reports?.length ?? 0) > 0 ? (
              <ReportsTable team={team} form={told.form} consensus={said} entries={list} />
            ) : (
              <ul className="grid grid-cols-1 gap-2">
                {list.map((entry) => (
                  <li key={entry.id} className="flex items-center justify-between gap-3">
                    <span>{words.feed.by(entry.scouter.displayName)}</span>
                    <ButtonLink to={entryPath(entry.id)}>{words.feed.points(entry.totalScore)}</ButtonLink>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}
