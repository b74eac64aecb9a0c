import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { get, type Schemas } from "../../api";
import { Card, type Column, Copy, DataTable, Empty, Field, Loaded, Page } from "../../ui";
import { words as common } from "../../words/console";
import { words } from "../../words/operator";
import { since } from "../../words/time";
import { Facts } from "../Fact";
import { each } from "../usePages";

const text = words.server;
type Server = Schemas["ServerFacts"];
type Setting = Schemas["Setting"];

/** ServerPage is what the node that answers knows of itself. */
export default function ServerPage() {
  const server = useQuery({ ...get("/api/operator/server"), refetchInterval: each(10_000) });
  return (
    <Page title={words.pages.server} lead={server.data ? text.lead(server.data.version, server.data.host) : undefined}>
      <Loaded from={server}>
        {(facts) => (
          <>
            <div className="grid gap-4 wide:grid-cols-2">
              <Node facts={facts} />
              <Database facts={facts} />
              <Kept facts={facts} />
            </div>
            <Settings list={facts.settings ?? []} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

const Node = ({ facts }: { facts: Server }) => (
  <Card title={text.node}>
    <Facts
      of={[
        [text.version, facts.version],
        [text.go, facts.go],
        [text.host, facts.host || common.unknown],
        [text.up, since(1000 * facts.uptimeSeconds)],
        [text.driver, facts.driver],
        [text.mode, facts.production ? text.production : text.dev],
      ]}
    />
  </Card>
);

function Database({ facts }: { facts: Server }) {
  const { database } = facts;
  const { pool } = database;
  return (
    <Card title={text.database}>
      <Facts
        of={[
          [text.postgres, (database.embedded ? text.embedded : text.external)(database.version)],
          [text.size, common.bytes(database.bytes)],
          [text.migration, text.versions(database.migration, database.known)],
          [text.pool, text.busy(pool.busy, pool.open, pool.max)],
          [text.waits, text.waited(pool.waits, pool.waitedMs)],
        ]}
      />
    </Card>
  );
}

const Kept = ({ facts }: { facts: Server }) => (
  <Card title={text.kept} className="wide:col-span-2">
    <Facts
      of={[
        [text.events, facts.eventRetention],
        [text.audit, facts.auditRetention],
      ]}
    />
    <Copy label={text.backup} text={facts.backup} />
    <p className="text-sm text-quiet">{text.backupHelp}</p>
  </Card>
);

// breakable lets a long name go on in the next line behind an underscore.
const breakable = (name: string) =>
  name.split("_").map((part, i) => (
    <Fragment key={part + String(i)}>
      {i > 0 && (
        <>
          _<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));

const columns: Column<Setting>[] = [
  {
    key: "name",
    title: text.name,
    by: ({ name }) => name,
    cell: ({ name }) => <span className="font-mono text-sm">{breakable(name)}</span>,
  },
  {
    key: "value",
    title: text.value,
    cell: ({ value }) =>
      value ? <span className="font-mono text-sm break-all">{value}</span> : <span className="text-quiet">{text.empty}</span>,
  },
  { key: "source", title: text.source, hideOnPhone: true, by: ({ source }) => source, cell: ({ source }) => source },
];

function Settings({ list }: { list: Setting[] }) {
  const [find, setFind] = useState("");
  const shown = list.filter(({ name }) => name.includes(find.trim().toUpperCase()));
  return (
    <Card title={text.settings}>
      <div className="max-w-sm">
        <Field label={text.find} type="search" value={find} onChange={(event) => setFind(event.target.value)} />
      </div>
      {shown.length > 0 ? (
        <DataTable caption={text.settings} columns={columns} rows={shown} rowKey={({ name }) => name} />
      ) : (
        <Empty icon="search" title={text.noneFits} />
      )}
    </Card>
  );
}
