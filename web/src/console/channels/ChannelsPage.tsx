import { useDeferredValue, useState } from "react";
import { useSearch } from "wouter";
import { type Column, DataTable, Empty, Field, Page } from "../../ui";
import { words } from "../../words/console";
import { ChannelLink, TraceLink } from "../links";
import { Silence } from "../Notices";
import { Paged } from "../Paged";
import { ChannelView } from "./ChannelView";
import { type Channel, nameOf, useChannels } from "./useChannels";

const text = words.channels;

/** ChannelsPage lists the occupied channels, or shows the one that the address names. */
export default function ChannelsPage() {
  const search = new URLSearchParams(useSearch());
  const channel = search.get("channel");
  return channel ? <ChannelView key={channel} name={channel} app={search.get("app") ?? undefined} /> : <Channels />;
}

const told = (n: number | null) => (n === null ? words.unknown : words.number(n));

const columns: Column<Channel>[] = [
  { key: "name", title: text.name, by: ({ name }) => name, cell: ({ name, app }) => <ChannelLink channel={name} app={app} /> },
  {
    key: "type",
    title: text.type,
    hideOnPhone: true,
    by: ({ type }) => type,
    cell: ({ type, cache }) => (
      <span className="whitespace-nowrap">{[text.types[type], cache && text.cache].filter(Boolean).join(", ")}</span>
    ),
  },
  { key: "subscriptions", title: text.subscriptions, number: true, by: (c) => c.subscriptions, cell: (c) => told(c.subscriptions) },
  { key: "members", title: text.members, number: true, hideOnPhone: true, by: (c) => c.members, cell: (c) => told(c.members) },
  { key: "published", title: text.published, number: true, hideOnPhone: true, by: (c) => c.published, cell: (c) => told(c.published) },
  { key: "rate", title: text.rate, number: true, by: (c) => c.rate, cell: (c) => told(c.rate) },
  { key: "trace", title: words.lists.trace, hideOnPhone: true, cell: ({ name }) => <TraceLink channel={name} /> },
];

function Channels() {
  const [prefix, setPrefix] = useState("");
  const { read, channels, silent } = useChannels(useDeferredValue(prefix));
  return (
    <Page title={words.pages.channels} full>
      <div className="max-w-sm">
        <Field label={text.search} type="search" value={prefix} onChange={(event) => setPrefix(event.target.value)} />
      </div>
      <Silence nodes={silent} />
      <Paged from={read}>
        {channels.length > 0 ? (
          <DataTable caption={words.pages.channels} columns={columns} rows={channels} rowKey={nameOf} sort={{ key: "name", down: false }} />
        ) : (
          <Empty title={prefix ? text.noneFits : text.none}>{text.noneHelp}</Empty>
        )}
      </Paged>
    </Page>
  );
}
