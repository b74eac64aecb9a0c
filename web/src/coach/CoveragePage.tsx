import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../api";
import type { EventRef } from "../event";
import { matchKey } from "../scout/wire";
import { type Team, useSession } from "../session";
import { Choice, Empty, Loaded } from "../ui";
import { words } from "../words/coach";
import { AtEvent, ChooseEvent } from "./AtEvent";
import { boardOf, type Cell, type CellState, type Consensus, type Coverage, cells, tally, wants } from "./board";
import { CoachPage } from "./CoachPage";
import { CoverageGrid } from "./CoverageGrid";
import { look } from "./look";
import { useBoardNews } from "./news";
import { RobotDialog } from "./RobotDialog";

/** CoveragePage is the board of an FTC event: of each robot in each match what came in. */
export default function CoveragePage() {
  const { team } = useSession();
  return (
    <CoachPage title={words.coverage.title} lead={words.coverage.lead} actions={team && <ChooseEvent team={team} />}>
      <AtEvent>{(team, event) => <Board key={`${team.id} ${event.eventCode}`} team={team} event={event} />}</AtEvent>
    </CoachPage>
  );
}

function Board({ team, event }: { team: Team; event: EventRef }) {
  const query = { scoutingTeamId: team.id, season: event.season, eventCode: event.eventCode };
  useBoardNews(team.id, event);
  const coverage = useQuery(get("/api/scouting/coverage", { query }));
  const consensus = useQuery(get("/api/scouting/consensus", { query: { ...query, limit: 1000 } }));
  return (
    <Loaded from={coverage} rows={8}>
      {(board) => <Rows team={team} board={board} consensus={consensus.data ?? []} />}
    </Loaded>
  );
}

type Which = "all" | "missing";

function Rows({ team, board, consensus }: { team: Team; board: Coverage; consensus: Consensus[] }) {
  const [which, setWhich] = useState<Which>("all");
  const [open, setOpen] = useState<{ match: string; robot: number }>();
  const { rows, seats } = useMemo(() => boardOf(board, consensus), [board, consensus]);
  const sums = tally(rows);
  const shown = which === "all" ? rows : rows.filter((row) => cells(row).some((cell) => wants(cell) || isBare(cell)));
  const chosen = open && rows.flatMap(cells).find((c) => matchKey(c.match) === open.match && c.robot.scoutedTeamNumber === open.robot);
  if (rows.length === 0) {
    return (
      <Empty icon="coach" title={words.coverage.nothing}>
        {words.coverage.nothingHelp}
      </Empty>
    );
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <ul className="flex flex-wrap gap-1.5 text-sm" data-sums>
          {(["missing", "conflict", "wrong", "open", "once", "agreed"] as CellState[])
            .filter((state) => sums[state] > 0)
            .map((state) => (
              <li key={state} className={`rounded-full px-3 py-1 font-medium ${look[state].chip}`} data-sum={state}>
                {words.coverage.sum(sums[state], words.coverage.states[state])}
              </li>
            ))}
        </ul>
        <Choice
          label={words.coverage.which}
          hideLabel
          value={which}
          options={[
            { value: "all", word: words.coverage.all },
            { value: "missing", word: words.coverage.missing },
          ]}
          onChange={setWhich}
        />
      </div>
      {shown.length === 0 ? (
        <Empty icon="check" title={words.coverage.done}>
          {words.coverage.doneHelp}
        </Empty>
      ) : (
        <CoverageGrid
          rows={shown}
          seats={seats}
          onOpen={({ match, robot }) => setOpen({ match: matchKey(match), robot: robot.scoutedTeamNumber })}
        />
      )}
      {board.truncated && <p className="text-quiet">{words.coverage.truncated}</p>}
      {chosen && <RobotDialog team={team} board={board} cell={chosen} consensus={consensus} close={() => setOpen(undefined)} />}
    </div>
  );
}

const isBare = ({ state }: Cell) => state === "open";
