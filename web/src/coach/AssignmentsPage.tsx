import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../api";
import type { EventRef } from "../event";
import { may, type Team, useSession } from "../session";
import { Card, Empty, Loaded } from "../ui";
import { words } from "../words/coach";
import { AtEvent, ChooseEvent } from "./AtEvent";
import { boardOf, type Coverage } from "./board";
import { CoachPage } from "./CoachPage";
import { Generate } from "./Generate";
import { Loads } from "./Loads";
import { useBoardNews } from "./news";
import { loads, move, type Seat } from "./plan";
import { SeatDialog, useSheet } from "./SeatDialog";
import { SeatGrid } from "./SeatGrid";
import { SheetActions } from "./SheetActions";
import { useScouts } from "./scouts";

/** AssignmentsPage plans who watches which robot. */
export default function AssignmentsPage() {
  const { team } = useSession();
  return (
    <CoachPage title={words.plan.title} lead={words.plan.lead} actions={team && <ChooseEvent team={team} />}>
      <AtEvent>{(team, event) => <Plan key={`${team.id} ${event.eventCode}`} team={team} event={event} />}</AtEvent>
    </CoachPage>
  );
}

function Plan({ team, event }: { team: Team; event: EventRef }) {
  const query = { scoutingTeamId: team.id, season: event.season, eventCode: event.eventCode };
  useBoardNews(team.id, event);
  const coverage = useQuery(get("/api/scouting/coverage", { query }));
  return (
    <Loaded from={coverage} rows={8}>
      {(board) => <Sheet team={team} board={board} />}
    </Loaded>
  );
}

function Sheet({ team, board }: { team: Team; board: Coverage }) {
  const [open, setOpen] = useState<Seat>();
  const [generating, setGenerating] = useState(false);
  const scouts = useScouts(team);
  const sheet = useSheet(team, board);
  const leads = may(team, "MENTOR", "LEADER");
  const { rows, seats } = useMemo(() => boardOf(board, []), [board]);
  const load = useMemo(() => loads(board), [board]);
  const shown = useMemo(
    () =>
      scouts
        .filter(({ id, role }) => load.has(id) || role === "STUDENT" || role === "DEVICE")
        .map((s) => ({ ...s, matches: load.get(s.id) ?? 0 })),
    [scouts, load],
  );
  if (rows.length === 0) {
    return (
      <Empty icon="event" title={words.plan.nothing}>
        {words.plan.nothingHelp}
      </Empty>
    );
  }
  return (
    <div className="grid gap-4">
      {leads && <SheetActions team={team} board={board} generate={() => setGenerating(true)} />}
      <div className="grid items-start gap-4 wide:grid-cols-[1fr_17rem]">
        <SeatGrid
          rows={rows}
          seats={seats}
          own={team.teamNumber}
          mayEdit={leads}
          busy={sheet.busy}
          onOpen={setOpen}
          onMove={(from, to) => sheet.go(move(from, to))}
          onClear={({ match, scout }) => scout && sheet.go([{ kind: "clear", match, scout }])}
        />
        <Card title={words.plan.loads}>
          <Loads loads={shown} />
        </Card>
      </div>
      {open && <SeatDialog team={team} board={board} match={open.match} robot={open.robot} close={() => setOpen(undefined)} />}
      {generating && <Generate team={team} board={board} scouts={scouts} close={() => setGenerating(false)} />}
    </div>
  );
}
