import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../../api";
import { ButtonLink, Card, type Column, DataTable, Empty, Loaded, Page } from "../../ui";
import { words as common } from "../../words/console";
import { words } from "../../words/operator";
import { ago, until } from "../../words/time";
import { Badge, Facts } from "../Fact";
import { ChannelLink } from "../links";
import { each } from "../usePages";

const text = words.relay;
type Standing = Schemas["EventlogStanding"];
type Node = Schemas["EventlogNodeSays"];
type Sink = Schemas["EventlogCarried"];
type Lagging = Schemas["EventlogLagging"];

/** RelayPage shows how far events are carried, on each node and to each external server. */
export default function RelayPage() {
  const relay = useQuery({ ...get("/api/operator/relay"), refetchInterval: each(2_000) });
  return (
    <Page title={words.pages.relay} lead={text.lead}>
      <Loaded from={relay}>{({ log }) => <Relay log={log} />}</Loaded>
    </Page>
  );
}

function Relay({ log }: { log: Standing }) {
  return (
    <>
      <Card title={text.log}>
        <Facts
          of={[
            [text.events, common.number(log.events)],
            [text.channels, common.number(log.channels)],
            [text.newest, log.newestAt ? ago(log.newestAt) : words.never],
          ]}
        />
      </Card>
      {log.nodes?.length ? (
        <DataTable caption={text.nodes} columns={nodeColumns} rows={log.nodes} rowKey={({ node }) => node} />
      ) : (
        <Empty title={text.noNodes}>{text.noNodesHelp}</Empty>
      )}
      {log.sinks?.length ? (
        log.sinks.map((sink) => <External key={sink.name} sink={sink} />)
      ) : (
        <Empty title={text.none}>{text.noneHelp}</Empty>
      )}
    </>
  );
}

const nodeColumns: Column<Node>[] = [
  {
    key: "node",
    title: text.node,
    by: ({ host }) => host,
    cell: ({ host, node }) => (
      <span className="grid">
        <span className="font-medium">{host || common.unknown}</span>
        <span className="font-mono text-xs text-quiet">{node.slice(0, 12)}</span>
      </span>
    ),
  },
  { key: "driver", title: text.driver, hideOnPhone: true, cell: ({ driver }) => driver },
  { key: "behind", title: text.behind, number: true, by: (n) => n.behind, cell: (n) => common.number(n.behind) },
  { key: "published", title: text.published, number: true, by: (n) => n.published, cell: (n) => common.number(n.published) },
  { key: "failures", title: text.failures, number: true, hideOnPhone: true, by: (n) => n.failures, cell: (n) => common.number(n.failures) },
  {
    key: "trouble",
    title: text.trouble,
    hideOnPhone: true,
    cell: ({ trouble, failedAt }) => (failedAt ? `${trouble}, ${ago(failedAt)}` : common.unknown),
  },
  {
    key: "seen",
    title: text.seen,
    number: true,
    by: (n) => Date.parse(n.seenAt),
    cell: ({ seenAt, silent }) => (silent ? <Badge tone="bad">{`${text.silent}, ${ago(seenAt)}`}</Badge> : ago(seenAt)),
  },
];

const laggingColumns: Column<Lagging>[] = [
  { key: "channel", title: text.channel, by: ({ channel }) => channel, cell: ({ channel }) => <ChannelLink channel={channel} /> },
  { key: "head", title: text.head, number: true, by: (l) => l.head, cell: (l) => common.number(l.head) },
  { key: "position", title: text.position, number: true, by: (l) => l.position, cell: (l) => common.number(l.position) },
];

const tones = { relaying: "good", "backing-off": "bad", paused: "warn", abandoned: "warn" } as const;

function External({ sink }: { sink: Sink }) {
  const state = sink.state as keyof typeof tones;
  return (
    <Card title={text.sink(sink.name)} actions={<Badge tone={tones[state]}>{text.states[state]}</Badge>}>
      <p className="text-quiet">{text.statesHelp[state]}</p>
      <Facts
        of={[
          [text.behind, common.number(sink.behind)],
          [text.leader, sink.leader || words.nobody],
          ...(sink.retryAt
            ? [[text.retry, Date.parse(sink.retryAt) > Date.now() ? until(sink.retryAt) : words.sync.due] as [string, string]]
            : []),
          ...(sink.failedAt ? [[text.trouble, `${sink.trouble}, ${ago(sink.failedAt)}`] as [string, string]] : []),
          [text.since, ago(sink.startedAt)],
        ]}
      />
      {!!sink.lagging?.length && (
        <DataTable caption={text.lagging} columns={laggingColumns} rows={sink.lagging} rowKey={({ channel }) => channel} />
      )}
      {sink.letters > 0 && (
        <div>
          <ButtonLink to="/console/letters">{text.refused(sink.letters)}</ButtonLink>
        </div>
      )}
    </Card>
  );
}
