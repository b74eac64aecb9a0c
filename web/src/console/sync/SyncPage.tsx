import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useAction } from "../../action";
import { api, get, key, type Schemas } from "../../api";
import { Button, type Column, DataTable, Empty, Field, Form, Loaded, Page, toast } from "../../ui";
import { words as common } from "../../words/console";
import { words } from "../../words/operator";
import { ago, until } from "../../words/time";
import { Badge, RowButton } from "../Fact";
import { each } from "../usePages";

const text = words.sync;
type State = Schemas["FollowState"];
type List = Schemas["FollowListState"];

const soon = (at: string) => (Date.parse(at) > Date.now() ? until(at) : text.due);

const columns = (poll: (list: List) => void): Column<List>[] => [
  {
    key: "event",
    title: text.event,
    by: ({ eventCode }) => eventCode,
    cell: ({ eventCode, name, season, today }) => (
      <span className="grid justify-items-start gap-0.5">
        <span className="font-medium">{eventCode ? name || eventCode : text.list(season)}</span>
        {eventCode && <span className="text-sm text-quiet">{`${season} ${eventCode}`}</span>}
        {today && <Badge tone="good">{text.today}</Badge>}
      </span>
    ),
  },
  {
    key: "polled",
    title: text.polled,
    number: true,
    by: (l) => Date.parse(l.polledAt ?? ""),
    cell: (l) => (l.polledAt ? ago(l.polledAt) : words.never),
  },
  {
    key: "changed",
    title: text.changed,
    number: true,
    hideOnPhone: true,
    by: (l) => Date.parse(l.changedAt ?? ""),
    cell: (l) => (l.changedAt ? ago(l.changedAt) : common.unknown),
  },
  { key: "next", title: text.next, number: true, hideOnPhone: true, cell: (l) => (l.nextAt ? soon(l.nextAt) : common.unknown) },
  { key: "how", title: text.how, cell: (list) => <How list={list} /> },
  {
    key: "poll",
    title: text.poll,
    untitled: true,
    cell: (list) =>
      list.eventCode &&
      (list.wantedAt ? (
        <Badge>{text.wanted}</Badge>
      ) : (
        <RowButton label={text.pollOf(list.eventCode)} onClick={() => poll(list)}>
          {text.poll}
        </RowButton>
      )),
  },
];

function How({ list }: { list: List }) {
  if (!list.triedAt) return <span className="text-quiet">{text.untried}</span>;
  if (!list.trouble) return <Badge tone="good">{text.well}</Badge>;
  return (
    <span className="grid gap-1">
      <span className="text-bad">{list.trouble}</span>
      {list.retryAt && <span className="text-warn">{text.retry(soon(list.retryAt))}</span>}
    </span>
  );
}

/** SyncPage shows how FIRST's API is followed. */
export default function SyncPage() {
  const sync = useQuery({ ...get("/api/operator/sync"), refetchInterval: each(3_000) });
  const cache = useQueryClient();
  const poll = useAction(
    async ({ season, eventCode }: List) => {
      await api.POST("/api/operator/sync/{season}/{code}", { params: { path: { season, code: eventCode! } } });
      toast(text.polling(eventCode!));
      await cache.invalidateQueries({ queryKey: key("/api/operator/sync") });
    },
    { toasted: true },
  );
  return (
    <Page title={words.pages.sync} lead={text.lead}>
      <Loaded from={sync}>{(state) => <Sync state={state} poll={poll.go} />}</Loaded>
    </Page>
  );
}

// Another reads an FTC event that is not in the table.
function Another({ poll }: { poll: (list: List) => void }) {
  return (
    <div className="max-w-xl">
      <Form onSubmit={({ season, eventCode }) => poll({ season: Number(season), eventCode, today: false })}>
        <div className="flex flex-wrap items-end gap-3">
          <Field label={text.season} name="season" type="number" inputMode="numeric" min={2000} max={2100} required className="max-w-28" />
          <Field label={text.code} name="eventCode" required maxLength={40} className="max-w-40" />
          <Button type="submit">{text.another}</Button>
        </div>
      </Form>
    </div>
  );
}

function Sync({ state, poll }: { state: State; poll: (list: List) => void }) {
  const rows = [...(state.lists ?? []), ...(state.events ?? [])];
  return (
    <>
      {state.credentials ? (
        <p>
          {text.credentials} {state.leader ? text.leader(state.leader) : text.noLeader}
        </p>
      ) : (
        <div role="status" className="grid gap-1 rounded-card border border-warn/50 bg-warn-wash p-4">
          <p className="font-semibold">{text.noCredentials}</p>
          <p>{text.noCredentialsHelp}</p>
        </div>
      )}
      {state.credentials && <Another poll={poll} />}
      {rows.length > 0 ? (
        <DataTable
          caption={words.pages.sync}
          columns={columns(poll)}
          rows={rows}
          rowKey={({ season, eventCode }) => `${season}/${eventCode ?? ""}`}
        />
      ) : (
        <Empty icon="event" title={text.none}>
          {text.noneHelp}
        </Empty>
      )}
    </>
  );
}
