import { useEffect, useState } from "react";
import { useLocation, useParams } from "wouter";
import { useEvent } from "../../event";
import { useSession } from "../../session";
import { ButtonLink, Empty, Loading, Page } from "../../ui";
import { words } from "../../words/scout";
import { dutyIn, pathPlace } from "../assignment/duty";
import { useReady } from "../event/useReady";
import { newItem } from "../outbox/item";
import { save } from "../outbox/outbox";
import { matchKey, type NewEntry, type Place } from "../wire";
import { type Draft, draftKey, dropDraft, findDraft, newDraft } from "./draft";
import { GameView } from "./GameView";

/** FormPage is the form for the robot in a match that the address names. */
export default function FormPage() {
  return (
    <main id="content">
      <Sheet />
    </main>
  );
}

function Sheet() {
  const { place: path = "" } = useParams();
  const { me, team } = useSession();
  const event = useEvent();
  const { ready, loading } = useReady(team?.id, event);
  const [, go] = useLocation();
  const place = event ? pathPlace(event.season, event.eventCode, path) : undefined;
  const [draft, setDraft] = useDraft(me ?? undefined, team?.id, place);
  if (!me || !team || !place || !event || (!loading && !ready)) return <NoForm />;
  if (!ready || !draft) {
    return (
      <Page title={words.title}>
        <Loading rows={5} />
      </Page>
    );
  }
  const form = ready.season.form;
  const match = ready.matches.find((m) => matchKey(m) === matchKey(place));
  const onSave = async (entry: NewEntry) => {
    await save(newItem(draft.owner, entry, form.version, Date.now()));
    await dropDraft(draft.key);
    go("/scout", { replace: true });
  };
  const onReset = async () => {
    await dropDraft(draft.key);
    setDraft(newDraft(draft.owner, draft.teamId, draft.place, Date.now()));
  };
  return (
    <GameView
      key={draft.entryId}
      form={form}
      begun={draft}
      station={(match && dutyIn(match, place.scoutedTeamNumber)?.station) ?? 0}
      teamName={ready.teams.find((t) => t.teamNumber === place.scoutedTeamNumber)?.name}
      onSave={onSave}
      onLeave={() => go("/scout")}
      onReset={onReset}
    />
  );
}

function NoForm() {
  return (
    <Page title={words.title} narrow>
      <Empty icon="scout" title={words.form.noEvent} action={<ButtonLink to="/scout/events">{words.event.title}</ButtonLink>}>
        {words.form.noEventHelp}
      </Empty>
    </Page>
  );
}

// useDraft goes on with what was begun for this robot, or begins.
function useDraft(owner: { id: string; displayName: string } | undefined, teamId: string | undefined, place: Place | undefined) {
  const [draft, setDraft] = useState<Draft>();
  const key = owner && teamId && place ? draftKey(owner, teamId, place) : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all three
  useEffect(() => {
    if (!key) return;
    let wanted = true;
    const person = { id: owner!.id, displayName: owner!.displayName };
    findDraft(key)
      .catch(() => undefined) // without storage it is a fresh one
      .then((found) => wanted && setDraft(found ?? newDraft(person, teamId!, place!, Date.now())));
    return () => {
      wanted = false;
    };
  }, [key]);
  return [draft?.key === key ? draft : undefined, setDraft] as const;
}
