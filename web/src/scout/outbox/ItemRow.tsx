import { useState } from "react";
import { useAction } from "../../action";
import { allianceOf, Button, ButtonLink, Confirm, Robot } from "../../ui";
import { matchName, words } from "../../words/scout";
import { EntryState } from "./EntryState";
import type { Item } from "./item";
import { drop, retry } from "./outbox";

/** ItemRow is one entry of the outbox, with the reason why it is still here and the ways on. */
export function ItemRow({ item, me }: { item: Item; me: string }) {
  const { id, entry, owner, state, reason } = item;
  const [sure, setSure] = useState(false);
  const again = useAction(() => retry(id));
  const stuck = state === "refused" || state === "conflict";
  return (
    <li className="grid gap-2 border-b border-line py-2 last:border-0">
      <div className="flex min-h-10 flex-wrap items-center gap-3">
        <b className="w-14">{matchName(entry)}</b>
        <Robot alliance={allianceOf(entry.alliance)} size="small" />
        <b>{entry.scoutedTeamNumber}</b>
        {owner.id !== me && <span className="text-quiet">{words.outbox.of(owner.displayName || words.outbox.somebody)}</span>}
        <EntryState state={state} id={id} />
      </div>
      {reason && (stuck || state === "quarantined") && (
        <p className="text-sm">
          <span className="text-quiet">{words.outbox.reason}:</span>{" "}
          {[reason.detail, ...reason.fields.map((f) => f.detail)].filter((t, i, all) => t && all.indexOf(t) === i).join(" ")}
        </p>
      )}
      {state === "quarantined" && <p className="text-sm text-quiet">{words.outbox.quarantinedHelp}</p>}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {state === "conflict" && (
          <ButtonLink look="main" to={`/scout/entry/${id}`}>
            {words.outbox.resolve}
          </ButtonLink>
        )}
        {(state === "refused" || state === "waiting") && owner.id === me && (
          <ButtonLink to={`/scout/entry/${id}`}>{words.outbox.edit}</ButtonLink>
        )}
        {state === "refused" && (
          <>
            <Button busy={again.busy} onClick={() => again.go()}>
              {words.outbox.again}
            </Button>
            <Button look="quiet" icon="trash" onClick={() => setSure(true)}>
              {words.outbox.remove}
            </Button>
          </>
        )}
      </div>
      {sure && (
        <Confirm title={words.outbox.removeTitle} confirm={words.outbox.remove} onConfirm={() => drop(id)} onClose={() => setSure(false)}>
          <p>{words.outbox.removeHelp}</p>
        </Confirm>
      )}
    </li>
  );
}
