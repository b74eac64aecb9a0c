import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, key, type Problem, type Schemas } from "../../api";
import { Button, type Column, cx, DataTable, Empty, Field, Page } from "../../ui";
import { words } from "../../words/console";
import { ago, since } from "../../words/time";
import { Silence } from "../Notices";
import { Paged } from "../Paged";
import { each } from "../usePages";
import { ConnectionDialog } from "./ConnectionDialog";
import { type Connection, who } from "./who";

type Answer = Schemas["InspectConnectionPageAnswer"];

const text = words.connections;
const filters = ["user", "channel", "address"] as const;
type Filter = Record<(typeof filters)[number], string>;

const columns = (open: (id: string) => void): Column<Connection>[] => [
  {
    key: "who",
    title: text.who,
    by: who,
    cell: (connection) => (
      <button
        type="button"
        data-connection={connection.id}
        onClick={() => open(connection.id)}
        className="grid min-h-9 content-center justify-items-start rounded-md text-left sm:min-w-44"
      >
        <span className={cx("font-medium wrap-anywhere", connection.userId ? "text-accent-text" : "text-quiet")}>{who(connection)}</span>
        <span className="max-w-32 truncate font-mono text-xs text-quiet sm:max-w-44" title={connection.id}>
          {connection.id}
        </span>
        <span className="sr-only">{text.show}</span>
      </button>
    ),
  },
  {
    key: "address",
    title: text.at,
    hideOnPhone: true,
    by: (c) => c.address,
    cell: (c) => <span className="font-mono text-sm">{c.address}</span>,
  },
  { key: "since", title: text.since, number: true, by: (c) => -Date.parse(c.since), cell: (c) => since(Date.now() - Date.parse(c.since)) },
  { key: "held", title: text.held, number: true, by: (c) => c.subscriptionCount, cell: (c) => words.number(c.subscriptionCount) },
  { key: "heard", title: text.heard, number: true, hideOnPhone: true, by: (c) => Date.parse(c.lastHeard), cell: (c) => ago(c.lastHeard) },
  { key: "queue", title: text.queue, number: true, hideOnPhone: true, by: (c) => c.queueBytes, cell: (c) => words.bytes(c.queueBytes) },
  { key: "node", title: text.node, hideOnPhone: true, by: (c) => c.node, cell: (c) => <Node name={c.node} /> },
];

const Node = ({ name }: { name: string }) => (
  <span className="block max-w-16 truncate font-mono text-sm" title={name}>
    {name}
  </span>
);

/** ConnectionsPage lists the open sockets. The address holds the filter, so that other pages can set it. */
export default function ConnectionsPage() {
  const search = useSearch();
  const [, go] = useLocation();
  const [shown, setShown] = useState<string>();
  const params = new URLSearchParams(search);
  const filter = Object.fromEntries(filters.map((name) => [name, params.get(name) ?? ""])) as Filter;
  const change = (name: keyof Filter, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    go(`/console/connections?${next}`, { replace: true });
  };
  const read = useConnections(useDeferredValue(search), filter);
  const list = read.data?.pages.flatMap((page) => page.data.connections ?? []) ?? [];
  const first = read.data?.pages[0]?.data;
  return (
    <Page title={words.pages.connections} full>
      <div className="grid items-end gap-3 sm:grid-cols-3 xl:max-w-4xl">
        {filters.map((name) => (
          <Field
            key={name}
            label={text[name]}
            type="search"
            value={filter[name]}
            placeholder={name === "address" ? text.addressHelp : undefined}
            fault={name === "address" && read.error?.code === "bad-address-filter" ? read.error.detail : undefined}
            onChange={(event) => change(name, event.target.value)}
          />
        ))}
      </div>
      <Silence nodes={first?.silent} />
      <Paged from={read}>
        <p role="status" data-count={first?.count} className="text-quiet">
          {text.count(first?.count ?? 0)}
        </p>
        {list.length > 0 ? (
          <DataTable
            caption={words.pages.connections}
            columns={columns(setShown)}
            rows={list}
            rowKey={({ id }) => id}
            sort={{ key: "who", down: false }}
          />
        ) : (
          <Empty
            icon="search"
            title={text.none}
            action={Object.values(filter).some(Boolean) && <Button onClick={() => go("/console/connections")}>{text.clear}</Button>}
          >
            {text.noneHelp}
          </Empty>
        )}
      </Paged>
      {shown && <ConnectionDialog id={shown} connection={list.find(({ id }) => id === shown)} onClose={() => setShown(undefined)} />}
    </Page>
  );
}

function useConnections(search: string, filter: Filter) {
  return useInfiniteQuery<Answer, Problem>({
    queryKey: [...key("/api/socket/connections"), search],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const { user, channel, address } = filter;
      const query = {
        user: user || undefined,
        channel: channel || undefined,
        address: address || undefined,
        limit: 200,
        after: (pageParam as string) || undefined,
      };
      return (await api.GET("/api/socket/connections", { params: { query }, signal })).data!;
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: each(2_000),
    placeholderData: keepPreviousData,
  });
}
