import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useEvent } from "../../event";
import { type Me, type Team, useSession } from "../../session";
import { useStore } from "../../store";
import { ButtonLink, Choice, Empty, Page } from "../../ui";
import { words } from "../../words/scout";
import { forms, type Ready } from "../event/ready";
import { useReady } from "../event/useReady";
import type { Item } from "../outbox/item";
import { outbox } from "../outbox/outbox";
import { TransferError } from "../transfer/chunk";
import { encodeAssignments, encodeEntries } from "../transfer/transfer";
import type { Alliance, Level } from "../wire";
import { Codes } from "./Codes";

type What = "waiting" | "day" | "assignments";

/** HandoffPage shows as QR codes what another device is to bring to the server, or who watches what. */
export default function HandoffPage() {
  const { me, team } = useSession();
  return me && team && <Handoff me={me} team={team} />;
}

function Handoff({ me, team }: { me: Me; team: Team }) {
  const event = useEvent();
  const { ready } = useReady(team.id, event);
  const { items } = useStore(outbox);
  const known = useQuery({ queryKey: ["scout-forms"], staleTime: 0, queryFn: forms });
  const [what, setWhat] = useState<What>("waiting");
  const waiting = items.filter(
    (i) => i.entry.scoutingTeamId === team.id && i.rev === undefined && (i.state === "waiting" || i.state === "refused"),
  );
  const day = items.filter(
    (i) => i.entry.scoutingTeamId === team.id && i.rev === undefined && i.state !== "conflict" && Date.now() - i.savedAt < 20 * 3600_000,
  );
  const plan = ready?.sheet.assignments?.length ?? 0;
  const options = [
    { value: "waiting" as What, word: words.handoff.entries(waiting.length), there: true },
    { value: "day" as What, word: words.handoff.sentToo(day.length), there: day.length > waiting.length },
    { value: "assignments" as What, word: words.handoff.assignments, there: plan > 0 },
  ].filter((o) => o.there);
  const chosen = what === "day" ? day : waiting;
  const made = useMemo(() => {
    if (what === "assignments") return encodePlan(ready);
    return known.data && encode(team.id, chosen, known.data);
  }, [what, ready, known.data, team.id, chosen]);
  const nothing = what === "assignments" ? plan === 0 : chosen.length === 0;
  return (
    <Page title={words.handoff.title} lead={words.handoff.lead} actions={<ButtonLink to="/scout/outbox">{words.outbox.title}</ButtonLink>}>
      {options.length > 1 && <Choice label={words.handoff.what} hideLabel value={what} options={options} onChange={setWhat} />}
      {nothing && (
        <Empty icon="qr" title={words.handoff.nothing} action={<ButtonLink to="/scout">{words.duty.title}</ButtonLink>}>
          {words.handoff.nothingHelp}
        </Empty>
      )}
      {made === "form" && !nothing && <p role="alert">{words.handoff.noForm}</p>}
      {Array.isArray(made) && !nothing && <Codes key={made[0]} texts={made} name={me.displayName} />}
    </Page>
  );
}

function encode(teamId: string, items: Item[], known: Awaited<ReturnType<typeof forms>>) {
  if (items.length === 0) return [];
  const carried = items.slice(0, 500).map(({ entry, owner, formVersion }) => ({ ...entry, scouterId: owner.id, formVersion }));
  try {
    return encodeEntries(teamId, carried, (year) => known.get(year));
  } catch (cause) {
    if (cause instanceof TransferError && cause.fault === "form") return "form";
    throw cause;
  }
}

function encodePlan(ready: Ready | undefined) {
  const list = ready?.sheet.assignments ?? [];
  if (!ready || list.length === 0) return [];
  const { season, eventCode } = ready.event;
  return encodeAssignments(
    ready.teamId,
    list
      .filter((a) => !a.stale)
      .slice(0, 500)
      .map((a) => ({
        ...a,
        season,
        eventCode,
        tournamentLevel: a.tournamentLevel as Level,
        alliance: a.alliance as Alliance,
        scoutId: a.scout.id,
        station: a.station,
      })),
  );
}
