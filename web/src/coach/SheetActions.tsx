import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useAction } from "../action";
import { api, data, key } from "../api";
import { Codes } from "../scout/handoff/Codes";
import { type CarriedAssignment, encodeAssignments } from "../scout/transfer/transfer";
import type { Team } from "../session";
import { Button, Confirm, Dialog, Icon, toast } from "../ui";
import { words } from "../words/coach";
import type { Coverage } from "./board";

type Props = { team: Team; board: Coverage; generate: () => void };

/** SheetActions is what can be done with the plan as a whole. */
export function SheetActions({ team, board, generate }: Props) {
  const [open, setOpen] = useState<"clear" | "codes">();
  const cache = useQueryClient();
  const file = useId();
  const { season, eventCode, rev } = board;
  const sheet = { scoutingTeamId: team.id, season, eventCode, rev };
  const changed = () => cache.invalidateQueries({ queryKey: key("/api/scouting/coverage") });
  const load = useAction(
    async (chosen: File) => {
      const made = await data(
        api.POST("/api/scouting/assignments.csv", {
          params: { query: sheet },
          body: await chosen.text(),
          bodySerializer: (text) => text,
          headers: { "Content-Type": "text/csv" },
        }),
      );
      await changed();
      toast(words.plan.loaded(made.assignments?.length ?? 0));
    },
    { toasted: true },
  );
  const clear = useAction(
    async () => {
      const levels = new Set((board.matches ?? []).filter((m) => m.robots?.some((r) => r.assigned?.length)).map((m) => m.tournamentLevel));
      let now = rev;
      try {
        for (const level of levels) {
          const body = { ...sheet, rev: now, tournamentLevel: level as "qual", fromMatch: 1, toMatch: 999 };
          now = (await data(api.POST("/api/scouting/assignments/clear", { body }))).rev;
        }
      } finally {
        await changed();
      }
      toast(words.plan.cleared);
      setOpen(undefined);
    },
    { toasted: true },
  );
  const csv = `/api/scouting/assignments.csv?${new URLSearchParams({ scoutingTeamId: team.id, season: String(season), eventCode })}`;
  const look = "inline-flex min-h-11 items-center gap-2 rounded-lg border border-edge/60 bg-card px-4 font-semibold text-ink no-underline";
  return (
    <div className="flex flex-wrap gap-2">
      <Button look="main" onClick={generate}>
        {words.plan.generate}
      </Button>
      <Button icon="qr" onClick={() => setOpen("codes")}>
        {words.plan.handOut}
      </Button>
      <a className={look} href={csv} download={`assignments-${eventCode}.csv`}>
        <Icon name="download" />
        {words.plan.csvOut}
      </a>
      <label htmlFor={file} className={`${look} cursor-pointer has-focus-visible:outline-3`} aria-busy={load.busy || undefined}>
        <Icon name="upload" />
        {words.plan.csvIn}
        <input
          id={file}
          type="file"
          accept=".csv,text/csv"
          className="sr-only"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            event.target.value = "";
            if (chosen) load.go(chosen);
          }}
        />
      </label>
      <Button look="danger" icon="trash" onClick={() => setOpen("clear")}>
        {words.plan.clear}
      </Button>
      {open === "clear" && (
        <Confirm
          title={words.plan.clearTitle}
          confirm={words.plan.clear}
          busy={clear.busy}
          onConfirm={() => clear.go()}
          onClose={() => setOpen(undefined)}
        >
          <p>{words.plan.clearHelp}</p>
        </Confirm>
      )}
      {open === "codes" && <HandOut team={team} board={board} close={() => setOpen(undefined)} />}
    </div>
  );
}

const mostCarried = 500; // assignments of one transfer

function HandOut({ team, board, close }: { team: Team; board: Coverage; close: () => void }) {
  const list = carried(board).slice(0, mostCarried);
  return (
    <Dialog title={words.plan.handOutTitle} onClose={close}>
      <p className="text-quiet">{list.length > 0 ? words.plan.handOutHelp(list.length) : words.plan.handOutNone}</p>
      {list.length > 0 && <Codes texts={encodeAssignments(team.id, list)} name={words.plan.title} />}
    </Dialog>
  );
}

// carried lists what is still to be played, as a transfer has it.
function carried({ season, eventCode, matches }: Coverage): CarriedAssignment[] {
  return (matches ?? []).flatMap((match) =>
    (match.robots ?? []).flatMap((robot) =>
      robot.station === 0 || robot.status === "stale"
        ? []
        : (robot.assigned ?? []).map(
            ({ id }) =>
              ({
                season,
                eventCode,
                tournamentLevel: match.tournamentLevel,
                series: match.series,
                matchNumber: match.matchNumber,
                alliance: robot.alliance,
                station: robot.station,
                scoutedTeamNumber: robot.scoutedTeamNumber,
                scoutId: id,
              }) as CarriedAssignment,
          ),
    ),
  );
}
