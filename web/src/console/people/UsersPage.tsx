import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { useAction } from "../../action";
import { api, key, type Schemas } from "../../api";
import { Button, type Column, Confirm, DataTable, Empty, Field, Page, Switch, toast } from "../../ui";
import { roleNames } from "../../words/app";
import { words as common } from "../../words/console";
import { words } from "../../words/operator";
import { ago } from "../../words/time";
import { Badge, RowButton } from "../Fact";
import { TraceLink } from "../links";
import { Paged } from "../Paged";
import { useFilter, usePages } from "../usePages";

const text = words.users;
type Person = Schemas["AccountsPerson"];

const columns = (change: (person: Person) => void): Column<Person>[] => [
  {
    key: "name",
    title: text.name,
    cell: ({ displayName, kind, operator, disabledAt }) => (
      <span className="flex flex-wrap items-center gap-1.5">
        <span className="font-medium">{displayName}</span>
        {kind === "tablet" && <Badge>{text.kinds.tablet}</Badge>}
        {operator && <Badge tone="good">{text.operator}</Badge>}
        {disabledAt && <Badge tone="bad">{text.disabled}</Badge>}
      </span>
    ),
  },
  {
    key: "teams",
    title: text.teams,
    hideOnPhone: true,
    cell: ({ teams }) =>
      teams?.length
        ? teams.map(({ teamNumber, role }) => `${teamNumber} (${roleNames[role as keyof typeof roleNames] ?? role})`).join(", ")
        : text.noTeams,
  },
  {
    key: "devices",
    title: text.devices,
    number: true,
    cell: ({ id, devices, displayName }) => (
      <Link
        href={`/console/tokens?user=${id}`}
        aria-label={text.devicesOf(devices, displayName)}
        className="inline-flex min-h-6 min-w-6 items-center justify-end font-medium text-accent-text"
      >
        {devices}
      </Link>
    ),
  },
  { key: "seen", title: text.seen, number: true, cell: ({ lastSeenAt }) => (lastSeenAt ? ago(lastSeenAt) : words.never) },
  {
    key: "trace",
    title: common.lists.trace,
    hideOnPhone: true,
    cell: ({ id, displayName }) => <TraceLink user={id} label={displayName} />,
  },
  {
    key: "actions",
    title: text.actions,
    untitled: true,
    cell: (person) =>
      !person.operator && (
        <RowButton
          danger={!person.disabledAt}
          label={(person.disabledAt ? text.enableOf : text.disableOf)(person.displayName)}
          onClick={() => change(person)}
        >
          {person.disabledAt ? text.enable : text.disable}
        </RowButton>
      ),
  },
];

/** UsersPage lists who has an account, and keeps somebody out or lets them in again. */
export default function UsersPage() {
  const [filter, change] = useFilter();
  const search = filter.get("search") ?? "";
  const only = filter.get("only") === "disabled" ? ("disabled" as const) : undefined;
  const [asking, setAsking] = useState<Person>();
  const cache = useQueryClient();
  const read = usePages([...key("/api/operator/users"), search, only], (after, signal) =>
    api.GET("/api/operator/users", { params: { query: { search: search || undefined, only, after } }, signal }),
  );
  const list = read.data?.pages.flatMap((page) => page.data ?? []) ?? [];
  const set = useAction(
    async ({ id, displayName }: Person, disabled: boolean) => {
      await api.PATCH("/api/operator/users/{id}", { params: { path: { id } }, body: { disabled } });
      setAsking(undefined);
      const undo = { word: text.undo, run: () => set.go({ id, displayName } as Person, false) };
      toast((disabled ? text.done : text.enabled)(displayName), disabled ? { action: undo } : {});
      await cache.invalidateQueries({ queryKey: key("/api/operator/users") });
    },
    { toasted: true },
  );
  return (
    <Page title={words.pages.users} lead={text.lead}>
      <div className="grid max-w-xl gap-3 sm:grid-cols-2 sm:items-end">
        <Field label={text.search} type="search" value={search} onChange={(event) => change("search", event.target.value)} />
        <Switch label={text.disabledOnly} checked={!!only} onChange={(checked) => change("only", checked ? "disabled" : "")} />
      </div>
      <Paged from={read}>
        {list.length > 0 ? (
          <DataTable
            caption={words.pages.users}
            columns={columns((person) => (person.disabledAt ? set.go(person, false) : setAsking(person)))}
            rows={list}
            rowKey={({ id }) => id}
          />
        ) : (
          <Empty
            icon="search"
            title={text.none}
            action={(search || only) && <Button onClick={() => change("search", "")}>{words.filter}</Button>}
          >
            {text.noneHelp}
          </Empty>
        )}
      </Paged>
      {asking && (
        <Confirm
          title={text.disableTitle(asking.displayName)}
          confirm={text.disable}
          busy={set.busy}
          onConfirm={() => set.go(asking, true)}
          onClose={() => setAsking(undefined)}
        >
          <p>{text.disableHelp}</p>
        </Confirm>
      )}
    </Page>
  );
}
