import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useParams } from "wouter";
import { type EventRef, useEvent } from "../../event";
import { calm } from "../../first";
import { useSession } from "../../session";
import { useStore } from "../../store";
import { ButtonLink, Empty, Loading, Page } from "../../ui";
import { words } from "../../words/scout";
import { dutyIn, pathPlace } from "../assignment/duty";
import { seasonQuery } from "../event/season";
import { useReady } from "../event/useReady";
import { newItem } from "../outbox/item";
import { save } from "../outbox/outbox";
import { matchKey, type NewEntry, type Place, type Season } from "../wire";
import { begun, type Draft, draftKey, dropDraft, findDraft, newDraft } from "./draft";
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
  const { form, ready, loading } = useForm(team?.id, event);
  const [, go] = useLocation();
  const leave = useCallback(() => go("/scout"), [go]);
  const place = event ? pathPlace(event.season, event.eventCode, path) : undefined;
  const { draft, found, restart } = useDraft(me ?? undefined, team?.id, place);
  if (!me || !team || !place || !event || (!loading && !form)) return <NoForm />;
  if (!form || !draft) {
    return (
      <Page title={words.title}>
        <Loading rows={5} />
      </Page>
    );
  }
  const match = ready?.matches.find((m) => matchKey(m) === matchKey(place));
  const onSave = async (entry: NewEntry) => {
    await save(newItem(draft.owner, entry, form.version, Date.now()));
    await dropDraft(draft.key);
    go("/scout", { replace: true });
  };
  const onReset = async () => {
    await dropDraft(draft.key);
    restart();
  };
  return (
    <GameView
      key={draft.entryId}
      form={form}
      begun={draft}
      found={found}
      station={(match && dutyIn(match, place.scoutedTeamNumber)?.station) ?? 0}
      teamName={ready?.teams.find((t) => t.teamNumber === place.scoutedTeamNumber)?.name}
      onSave={onSave}
      onLeave={leave}
      onReset={onReset}
    />
  );
}

// useForm is the season's form as soon as that is there: whoever taps does not wait for the rest of the FTC event.
function useForm(teamId: string | undefined, event: EventRef | null) {
  const season = useQuery({ ...seasonQuery(event?.season ?? 0), enabled: !!event });
  const quiet = useStore(calm);
  const rest = useRef(false);
  rest.current ||= quiet || !season.data;
  const { ready, loading } = useReady(teamId, rest.current ? event : null);
  const form = ready?.season.form ?? (season.data as Season | undefined)?.form;
  return { form, ready, loading };
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

interface Held {
  key: string;
  draft?: Draft; // that the form begins with
  found?: Draft; // that was stored, and came after the form was shown
}

// useDraft goes on with what was begun for this robot, or begins. Only a draft that is known to be there is waited for.
function useDraft(owner: { id: string; displayName: string } | undefined, teamId: string | undefined, place: Place | undefined) {
  const key = owner && teamId && place ? draftKey(owner, teamId, place) : "";
  const [held, hold] = useState<Held>({ key: "" });
  const fresh = () => newDraft({ id: owner!.id, displayName: owner!.displayName }, teamId!, place!, Date.now());
  if (key && held.key !== key) hold({ key, draft: begun(key) ? undefined : fresh() });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all three
  useEffect(() => {
    if (!key) return;
    let wanted = true;
    findDraft(key)
      .catch(() => undefined) // without storage it is a fresh one
      .then((found) => wanted && hold(({ draft }) => (draft ? { key, draft, found } : { key, draft: found ?? fresh() })));
    return () => {
      wanted = false;
    };
  }, [key]);
  const now = held.key === key ? held : undefined;
  return { draft: now?.draft, found: now?.found, restart: () => hold({ key, draft: fresh() }) };
}
