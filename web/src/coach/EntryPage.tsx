import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { useAction } from "../action";
import { api, get, key, problem } from "../api";
import { usePusher } from "../realtime";
import { may, type Team, useSession } from "../session";
import { allianceOf, Button, ButtonLink, Card, Confirm, Empty, Failed, Loaded, Page, Robot, toast } from "../ui";
import { words as app } from "../words/app";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { ago } from "../words/time";
import { recordAgain } from "./again";
import type { Form } from "./agreement";
import { answers, labelOf, said } from "./agreement";
import { EntryForm } from "./EntryForm";
import type { Entry } from "./feed";
import { History } from "./History";
import { entryPath, robotPath } from "./paths";

/** EntryPage is one entry: what it says, every state it has had, and for who may, its correction. */
export default function EntryPage() {
  const { id = "" } = useParams();
  const { team } = useSession();
  return team && <Shown key={id} id={id} team={team} />;
}

function Shown({ id, team }: { id: string; team: Team }) {
  const cache = useQueryClient();
  const entry = useQuery(get("/api/scouting/entries/{id}", { path: { id } }));
  const season = entry.data?.season ?? 0;
  const form = useQuery({
    ...get("/api/seasons/{year}", { path: { year: season } }),
    enabled: season > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const reread = () => {
    cache.invalidateQueries({ queryKey: key("/api/scouting/entries/{id}") });
    cache.invalidateQueries({ queryKey: key("/api/scouting/entries/{id}/history") });
  };
  usePusher({
    channelName: `private-team-${team.id}`,
    eventName: "scouting:entry-updated",
    onEvent: (told) => told.entry.id === id && reread(),
    onReset: reread,
  });
  usePusher({
    channelName: `private-team-${team.id}`,
    eventName: "scouting:entry-deleted",
    onEvent: ({ entryId }) => entryId === id && reread(),
  });
  if (entry.error && entry.error.status === 404) {
    return (
      <Page title={words.entry.gone} narrow>
        <Empty icon="trash" title={words.entry.gone} action={<ButtonLink to="/coach/entries">{words.entries.title}</ButtonLink>}>
          {words.entry.goneHelp}
        </Empty>
      </Page>
    );
  }
  if (entry.error && !entry.data) {
    return (
      <Page title={words.entry.title}>
        <Failed cause={entry.error} again={() => entry.refetch()} />
      </Page>
    );
  }
  const known = entry.data;
  return (
    <Page
      title={known ? words.seat.title(matchName(known), known.scoutedTeamNumber) : words.entry.title}
      lead={known && `${known.eventCode} · ${words.feed.by(known.scouter.displayName)} · ${ago(known.createdAt)}`}
      actions={known && <ButtonLink to={robotPath(known.scoutedTeamNumber)}>{words.coverage.robotPage}</ButtonLink>}
    >
      <Loaded from={form} rows={6}>
        {(told) => (known ? <Content team={team} entry={known} form={told.form} /> : null)}
      </Loaded>
    </Page>
  );
}

function Content({ team, entry, form }: { team: Team; entry: Entry; form: Form }) {
  const { me } = useSession();
  const [editing, setEditing] = useState(false);
  const [sure, setSure] = useState(false);
  const [, go] = useLocation();
  const mayEdit = may(team, "MENTOR", "LEADER") || (may(team, "STUDENT") && entry.scouter.id === me?.id);
  const undo = async () => {
    try {
      go(entryPath(await recordAgain(entry)));
      toast(words.entry.again);
    } catch (cause) {
      toast(problem(cause).detail, { tone: "bad" });
    }
  };
  const drop = useAction(
    async () => {
      await api.DELETE("/api/scouting/entries/{id}", { params: { path: { id: entry.id } } });
      toast(words.entry.dropped, { action: { word: app.undo, run: () => void undo() } });
      go("/coach/entries", { replace: true });
    },
    { toasted: true },
  );
  const marks = [entry.source === "import" && words.feed.imported, entry.courierId && words.feed.brought].filter(Boolean).join(" · ");
  return (
    <div className="grid items-start gap-4 wide:grid-cols-2">
      <Card title={editing ? words.entry.edit : words.entry.says} actions={<Robot alliance={allianceOf(entry.alliance)} />}>
        {editing ? (
          <EntryForm entry={entry} form={form} close={() => setEditing(false)} />
        ) : (
          <Answers entry={entry} form={form} marks={marks} />
        )}
        {mayEdit && !editing && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setEditing(true)}>{words.entry.edit}</Button>
            <Button look="danger" icon="trash" onClick={() => setSure(true)}>
              {words.entry.drop}
            </Button>
          </div>
        )}
      </Card>
      <History id={entry.id} form={form} />
      {sure && (
        <Confirm
          title={words.entry.dropTitle}
          confirm={words.entry.drop}
          busy={drop.busy}
          onConfirm={() => drop.go()}
          onClose={() => setSure(false)}
        >
          <p>{words.entry.dropHelp}</p>
        </Confirm>
      )}
    </div>
  );
}

function Answers({ entry, form, marks }: { entry: Entry; form: Form; marks: string }) {
  const given = answers(entry);
  return (
    <>
      <p className="text-lg">
        <span className="text-2xl font-bold">{words.feed.points(entry.totalScore)}</span>{" "}
        <span className="text-quiet">{words.feed.phases(entry.autoScore, entry.teleopScore, entry.endgameScore)}</span>
      </p>
      {marks && <p className="text-sm font-medium text-warn">{marks}</p>}
      <dl className="grid grid-cols-[1fr_auto] gap-x-4" data-answers={entry.rev}>
        {(form.fields ?? []).map((field) => (
          <div key={field.key} className="col-span-2 grid grid-cols-subgrid border-t border-line py-1.5">
            <dt className="text-quiet">{labelOf(form, field)}</dt>
            <dd className="text-right font-semibold" data-answer={field.key}>
              {said(field, given[field.key])}
            </dd>
          </div>
        ))}
      </dl>
      {entry.notes && <p className="break-words whitespace-pre-line">{entry.notes}</p>}
    </>
  );
}
