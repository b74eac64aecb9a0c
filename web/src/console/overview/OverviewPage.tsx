import { lazy, Suspense } from "react";
import { useStore } from "../../store";
import { Card, type Column, DataTable, Loaded, Page } from "../../ui";
import { words } from "../../words/console";
import { since } from "../../words/time";
import { DriverNotice, Silence } from "../Notices";
import { type Node, type Overview, type Rates, ratesOf, sumOf } from "./course";
import { course, lately, useOverview } from "./useOverview";

const Course = lazy(() => import("./Course"));

const text = words.overview;
const { number, bytes, perSecond } = words;

/** OverviewPage is how the nodes are, now and in the last ten minutes. */
export default function OverviewPage() {
  const overview = useOverview();
  const { before, now } = useStore(lately);
  const nodes = overview.data?.nodes ?? [];
  return (
    <Page title={words.pages.overview} lead={overview.data && text.lead(text.nodes(nodes.length), overview.data.driver)} full>
      <Loaded from={overview}>
        {(data) => (
          <>
            <DriverNotice driver={data.driver} />
            <Silence nodes={data.silent} />
            {data.totals && <Tiles overview={data} rates={now ? sumOf(ratesOf(before, now).values()) : null} />}
            {data.totals && <Charts />}
            {nodes.length > 0 && <Nodes nodes={nodes} rates={now ? ratesOf(before, now) : new Map()} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Tiles({ overview: { totals, nodes }, rates }: { overview: Overview; rates: Rates | null }) {
  const rate = (value: number | undefined, shown: (n: number) => string = number) =>
    value === undefined ? words.unknown : perSecond(shown(value));
  const now = totals!;
  const tiles: [name: string, value: string, more?: string][] = [
    [text.connections, number(now.connections)],
    [text.subscriptions, number(now.subscriptions)],
    [text.channels, number(now.channels)],
    [text.in, rate(rates?.in), text.since(number(now.messagesIn))],
    [text.out, rate(rates?.out), text.since(number(now.messagesOut))],
    [text.bytesOut, rate(rates?.bytesOut, bytes), text.since(bytes(now.bytesOut))],
    [text.refused, number(now.refused), rate(rates?.refused)],
    [text.errors, number(now.errors), rate(rates?.errors)],
    [text.queue, bytes(now.queueBytes)],
    [text.memory, bytes((nodes ?? []).reduce((sum, node) => sum + node.memoryBytes, 0))],
  ];
  return (
    <dl className="grid grid-cols-2 gap-2 sm:grid-cols-5">
      {tiles.map(([name, value, more]) => (
        <div key={name} data-tile={name} className="grid content-start rounded-card border border-line bg-card px-3 py-2">
          <dt className="text-sm text-quiet">{name}</dt>
          <dd className="text-xl font-semibold">{value}</dd>
          <dd className="text-sm text-quiet">{more ?? "\u00a0"}</dd>
        </div>
      ))}
    </dl>
  );
}

const charts = [
  { title: text.connections, lines: [{ name: text.connections, of: "connections" }], shown: number },
  {
    title: text.messages,
    lines: [
      { name: text.in, of: "in" },
      { name: text.out, of: "out" },
    ],
    shown: number,
  },
  {
    title: text.traffic,
    lines: [
      { name: text.bytesIn, of: "bytesIn" },
      { name: text.bytesOut, of: "bytesOut" },
    ],
    shown: bytes,
  },
  {
    title: text.trouble,
    lines: [
      { name: text.refused, of: "refused" },
      { name: text.errors, of: "errors" },
    ],
    shown: number,
  },
  { title: text.queue, lines: [{ name: text.queue, of: "queue" }], shown: bytes },
  { title: text.memory, lines: [{ name: text.memory, of: "memory" }], shown: bytes },
] satisfies { title: string; lines: { name: string; of: keyof import("./course").Point }[]; shown: (n: number) => string }[];

function Charts() {
  const points = useStore(course);
  return (
    <Card title={text.charts}>
      <p className="-mt-2 text-sm text-quiet">{points.length < 2 ? text.waiting : text.paused}</p>
      <div className="grid gap-6 sm:grid-cols-2 2xl:grid-cols-3">
        {charts.map((chart) => (
          <Suspense key={chart.title} fallback={<div className="h-46" />}>
            <Course {...chart} points={points} />
          </Suspense>
        ))}
      </div>
    </Card>
  );
}

function Nodes({ nodes, rates }: { nodes: Node[]; rates: Map<string, Rates> }) {
  const rate = (node: Node, name: keyof Rates) => rates.get(node.id)?.[name] ?? null;
  const count = (key: string, title: string, by: (node: Node) => number | null, shown: (n: number) => string = number): Column<Node> => ({
    key,
    title,
    number: true,
    by,
    cell: (node) => {
      const value = by(node);
      return value === null ? words.unknown : shown(value);
    },
  });
  const columns: Column<Node>[] = [
    {
      key: "node",
      title: text.node,
      by: ({ host, id }) => host + id,
      cell: ({ host, id }) => (
        <span className="grid">
          <span className="font-medium">{host}</span>
          <span className="font-mono text-sm text-quiet">{id}</span>
        </span>
      ),
    },
    count("connections", text.connections, (node) => node.connections),
    count("subscriptions", text.subscriptions, (node) => node.subscriptions),
    count("channels", text.channels, (node) => node.channels),
    count(
      "in",
      text.in,
      (node) => rate(node, "in"),
      (n) => perSecond(number(n)),
    ),
    count(
      "out",
      text.out,
      (node) => rate(node, "out"),
      (n) => perSecond(number(n)),
    ),
    count("refused", text.refused, (node) => node.refused),
    count("errors", text.errors, (node) => node.errors),
    count("queue", text.queue, (node) => node.queueBytes, bytes),
    count("memory", text.memory, (node) => node.memoryBytes, bytes),
    count("goroutines", text.goroutines, (node) => node.goroutines),
    count("up", text.up, (node) => Date.now() - Date.parse(node.startedAt), since),
    { key: "version", title: text.version, cell: ({ version }) => <span className="text-sm whitespace-nowrap">{version}</span> },
  ];
  return <DataTable caption={text.nodesTable} columns={columns} rows={nodes} rowKey={({ id }) => id} />;
}
