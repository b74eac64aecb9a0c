import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "wouter";
import { usePresenceChannel } from "../../realtime";
import { may, useSession } from "../../session";
import { Button, ButtonLink, Empty, Icon, Loaded, Loading, Page } from "../../ui";
import { words } from "../../words/analysis";
import { AtEvent } from "../AtEvent";
import type { At } from "../at";
import { useRows } from "../robots/useRows";
import { History } from "./History";
import { ItemDialog } from "./ItemDialog";
import { type Kept, kept, keptKey } from "./kept";
import { moveTo, type Stuck } from "./operations";
import { PickDialog } from "./PickDialog";
import { PickRow } from "./PickRow";
import { useDrag } from "./useDrag";
import { usePickList } from "./usePickList";

/** PickListPage is one list, which several people edit at once. */
export default function PickListPage() {
  const { id } = useParams<{ id: string }>();
  const { me } = useSession();
  return (
    <AtEvent title={words.picks.title}>{(at) => <FromDevice key={id} id={id} at={at} storedAt={keptKey(me?.id ?? "", id)} />}</AtEvent>
  );
}

// FromDevice reads first what this device has of the list, and what waits here.
function FromDevice({ id, at, storedAt }: { id: string; at: At; storedAt: string }) {
  const found = useQuery({ queryKey: ["picklist-kept", storedAt], staleTime: 0, gcTime: 0, queryFn: () => kept(storedAt) });
  if (found.data === undefined) {
    return (
      <Page title={words.picks.title}>
        <Loading rows={8} />
      </Page>
    );
  }
  return <PickList id={id} at={at} storedAt={storedAt} known={found.data} />;
}

function PickList({ id, at, storedAt, known: before }: { id: string; at: At; storedAt: string; known: Kept | null }) {
  const list = usePickList(id, at.team.id, storedAt, before);
  const { rows } = useRows(at);
  const [told, setTold] = useState("");
  const [open, setOpen] = useState<{ what: "item" | "pick" | "history"; teamNumber: number } | null>(null);
  const { items, edit } = list;
  const editor = may(at.team, "MENTOR", "LEADER");
  const known = new Map(rows.map((row) => [row.teamNumber, row]));
  const move = (teamNumber: number, place: number) => {
    const op = moveTo(items, teamNumber, place);
    if (!op) return;
    edit(op);
    setTold(words.picks.moved(teamNumber, Math.max(0, Math.min(items.length - 1, place)) + 1));
  };
  const { list: rowsOf, drag, handle } = useDrag(move);
  const rest = items.filter(({ teamNumber }) => teamNumber !== drag?.teamNumber);
  const dropBefore = drag ? rest[drag.place]?.teamNumber : undefined;
  const item = items.find(({ teamNumber }) => teamNumber === open?.teamNumber);
  return (
    <Page
      title={list.query.data?.name ?? words.picks.title}
      lead={words.event.at(at.eventCode)}
      actions={
        <>
          <ButtonLink icon="back" to="/analysis/picks">
            {words.picks.all}
          </ButtonLink>
          {editor && (
            <Button icon="undo" disabled={!list.undoable} onClick={() => list.undoLast()}>
              {words.picks.undo}
            </Button>
          )}
          <Button icon="list" onClick={() => setOpen({ what: "history", teamNumber: 0 })}>
            {words.picks.history}
          </Button>
          <a
            href={`/api/scouting/picklists/${id}/export.csv`}
            download
            className="inline-flex min-h-11 items-center gap-2 rounded-lg border border-edge/60 bg-card px-4 font-semibold text-ink no-underline"
          >
            <Icon name="download" />
            {words.picks.csv}
          </a>
        </>
      }
    >
      <Present at={at} waiting={list.waiting} />
      {list.stuck.map((one) => (
        <StuckNotice key={one.op.id} stuck={one} onTheirs={() => list.keepTheirs(one)} onMine={() => list.takeMine(one)} />
      ))}
      <p role="status" className="sr-only">
        {told}
      </p>
      <Loaded from={list.query} rows={8}>
        {() =>
          items.length === 0 ? (
            <Empty icon="list" title={words.picks.empty} />
          ) : (
            <>
              {editor && (
                <p className="text-sm text-quiet">
                  {words.picks.help} <span className="max-sm:hidden">{words.picks.keys}</span>
                </p>
              )}
              <ol ref={rowsOf} className="grid grid-cols-1 gap-1.5" aria-label={words.picks.order}>
                {items.map((one, place) => (
                  <PickRow
                    key={one.teamNumber}
                    item={one}
                    place={place}
                    last={place === items.length - 1}
                    row={known.get(one.teamNumber)}
                    editor={editor}
                    dragged={drag?.teamNumber === one.teamNumber}
                    dropBefore={drag !== null && dropBefore === one.teamNumber}
                    handle={handle(one.teamNumber, place)}
                    onMove={(to) => move(one.teamNumber, to)}
                    onTier={(tier) => edit({ id: crypto.randomUUID(), kind: "set", teamNumber: one.teamNumber, tier })}
                    onOpen={(what) => setOpen({ what, teamNumber: one.teamNumber })}
                  />
                ))}
                {drag && dropBefore === undefined && <li aria-hidden="true" className="h-1 rounded-full bg-accent" />}
              </ol>
            </>
          )
        }
      </Loaded>
      {open?.what === "item" && item && <ItemDialog item={item} onEdit={edit} onClose={() => setOpen(null)} />}
      {open?.what === "pick" && item && <PickDialog item={item} at={at} listId={id} onClose={() => setOpen(null)} />}
      {open?.what === "history" && <History id={id} editor={editor} onUndo={list.undo} onClose={() => setOpen(null)} />}
    </Page>
  );
}

// Present says who else could be editing now, and whether our own changes are on the server.
function Present({ at, waiting }: { at: At; waiting: number }) {
  const { me } = useSession();
  const { members } = usePresenceChannel(`presence-team-${at.team.id}`);
  const others = [...members].filter(([id]) => id !== me?.id).map(([, { name }]) => name ?? "");
  return (
    <p className="flex flex-wrap gap-x-4 text-sm text-quiet">
      <span data-present>{others.length > 0 ? words.picks.present(others) : words.picks.alone}</span>
      <span role="status">{waiting > 0 ? words.picks.waiting(waiting) : words.picks.saved}</span>
    </p>
  );
}

function StuckNotice({ stuck, onTheirs, onMine }: { stuck: Stuck; onTheirs: () => void; onMine: () => void }) {
  return (
    <div role="alert" className="flex flex-wrap items-center justify-between gap-2 rounded-lg border border-warn/50 bg-warn-wash px-3 py-2">
      <p>{words.picks.stuck(stuck.by, words.picks.told(stuck.op))}</p>
      <div className="flex gap-2">
        <Button onClick={onTheirs}>{words.picks.theirs}</Button>
        <Button onClick={onMine}>{words.picks.mine}</Button>
      </div>
    </div>
  );
}
