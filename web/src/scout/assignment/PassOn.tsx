import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../../action";
import { api, get, type Schemas } from "../../api";
import { Button, Dialog, Failed, Loaded, toast } from "../../ui";
import { matchName, words } from "../../words/scout";
import type { Ready } from "../event/ready";
import { inOrder } from "../wire";
import type { Duty } from "./duty";

type Member = Schemas["TeamsMember"];

/** PassOn lets a lead give a robot to somebody else, who changes places if they are on another one. */
export function PassOn({ duty, ready, me, changed }: { duty: Duty; ready: Ready; me: string; changed: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button className="min-h-16" onClick={() => setOpen(true)}>
        {words.duty.swap}
      </Button>
      {open && <Choose duty={duty} ready={ready} me={me} close={() => setOpen(false)} changed={changed} />}
    </>
  );
}

function Choose({ duty, ready, me, close, changed }: { duty: Duty; ready: Ready; me: string; close: () => void; changed: () => void }) {
  const members = useQuery(get("/api/user-teams/{id}/members", { path: { id: ready.teamId } }));
  const pass = useAction(async ({ userId, displayName }: Member) => {
    await give(ready, duty, me, userId);
    toast(words.duty.swapped(displayName));
    changed();
    close();
  });
  return (
    <Dialog title={words.duty.swapTitle(matchName(duty))} onClose={close}>
      <p className="text-quiet">{words.duty.swapHelp}</p>
      {pass.failed && <Failed cause={pass.failed} again={changed} />}
      <Loaded from={members}>
        {(list) => (
          <ul className="grid gap-2">
            {list
              .filter((m) => m.userId !== me && m.role !== "FRIEND")
              .map((m) => (
                <li key={m.userId}>
                  <Button wide busy={pass.busy} onClick={() => pass.go(m)}>
                    {words.duty.swapTo(m.displayName)}
                  </Button>
                </li>
              ))}
          </ul>
        )}
      </Loaded>
    </Dialog>
  );
}

async function give({ teamId, sheet, event }: Ready, duty: Duty, from: string, to: string) {
  const { season, eventCode } = event;
  const { tournamentLevel, series, matchNumber, scoutedTeamNumber } = duty;
  const match = { tournamentLevel, series, matchNumber };
  const common = { scoutingTeamId: teamId, season, eventCode, rev: sheet.rev };
  const busy = (sheet.assignments ?? []).some((a) => a.scout.id === to && inOrder(a, duty) === 0);
  if (busy)
    await api.POST("/api/scouting/assignments/swap", { body: { ...common, a: { ...match, scoutId: from }, b: { ...match, scoutId: to } } });
  else await api.POST("/api/scouting/assignments", { body: { ...common, ...match, scoutedTeamNumber, scoutId: to, insteadOf: from } });
}
