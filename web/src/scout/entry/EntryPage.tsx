import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLocation, useParams } from "wouter";
import { get } from "../../api";
import { may, useSession } from "../../session";
import { useStore } from "../../store";
import { ButtonLink, Empty, Failed, Loading, Page } from "../../ui";
import { words } from "../../words/scout";
import type { Draft } from "../form/draft";
import { GameView } from "../form/GameView";
import { logOf } from "../form/log";
import { type Item, newItem } from "../outbox/item";
import { amended, outbox } from "../outbox/outbox";
import type { Form, NewEntry, Person, StoredEntry } from "../wire";
import { Conflict } from "./Conflict";
import { useForm } from "./form";

/** EntryPage changes an entry that was saved before, wherever it is: here, on its way, or on the server. */
export default function EntryPage() {
  return (
    <main id="content">
      <Entry />
    </main>
  );
}

function Entry() {
  const { id = "" } = useParams();
  const { me, team } = useSession();
  const { items, loaded } = useStore(outbox);
  const item = items.find((i) => i.id === id);
  const stored = useQuery({ ...get("/api/scouting/entries/{id}", { path: { id } }), enabled: loaded && !item });
  const there = stored.data as StoredEntry | undefined;
  const form = useForm(item?.entry.season ?? there?.season);
  if (stored.error && !item) return <Missing cause={stored.error} again={() => stored.refetch()} />;
  if (form.error) return <Missing cause={form.error} again={() => form.refetch()} />;
  if (!me || !loaded || !form.data || !(item || there)) {
    return (
      <Page title={words.entry.title}>
        <Loading rows={5} />
      </Page>
    );
  }
  const owner = item?.owner ?? there!.scouter;
  if (owner.id !== me.id && !may(team, "MENTOR", "LEADER")) {
    return (
      <Page title={words.entry.title} narrow>
        <Empty icon="warn" title={words.entry.notYours}>
          {words.entry.notYoursHelp}
        </Empty>
      </Page>
    );
  }
  if (item?.state === "conflict" && item.current) return <Conflict item={item} current={item.current} form={form.data} />;
  return <Edit key={id} id={id} owner={owner} item={item} there={there} form={form.data} />;
}

function Missing({ cause, again }: { cause: unknown; again: () => void }) {
  return (
    <Page title={words.entry.missing} lead={words.entry.missingHelp} narrow>
      <Failed cause={cause} again={again} />
      <div>
        <ButtonLink to="/scout">{words.duty.title}</ButtonLink>
      </div>
    </Page>
  );
}

function Edit({ id, owner, item, there, form }: { id: string; owner: Person; item?: Item; there?: StoredEntry; form: Form }) {
  const [, go] = useLocation();
  const before = (item?.entry ?? there) as NewEntry;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is edited stays as it was when the page was opened
  const begun = useMemo(() => draftOf(id, owner, before, form, item ? (item.answer?.rev ?? item.rev) : there?.rev), [id]);
  const onSave = async (entry: NewEntry) => {
    await amended({ ...newItem(begun.owner, entry, form.version, Date.now()), rev: begun.rev });
    go("/scout", { replace: true });
  };
  return (
    <GameView
      form={form}
      begun={begun}
      station={0}
      onSave={onSave}
      onLeave={() => history.back()}
      onReset={() => go("/scout")}
      keep={false}
    />
  );
}

function draftOf(id: string, { id: person, displayName }: Person, entry: NewEntry, form: Form, rev?: number): Draft {
  const { season, eventCode, tournamentLevel, series, matchNumber, alliance, scoutedTeamNumber } = entry;
  const absent = entry.notes.startsWith(words.form.absentNote);
  return {
    key: `edit/${id}`,
    entryId: id,
    owner: { id: person, displayName },
    teamId: entry.scoutingTeamId,
    rev,
    changedAt: Date.now(),
    phase: form.phases[0].key,
    place: { season, eventCode, tournamentLevel, series, matchNumber, alliance, scoutedTeamNumber },
    log: logOf(form, entry.data, Date.now()),
    notes: absent ? entry.notes.slice(words.form.absentNote.length).trim() : entry.notes,
    absent,
  };
}
