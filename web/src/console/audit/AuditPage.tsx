import { api, key, type Schemas } from "../../api";
import { type Column, DataTable, Empty, Field, Page } from "../../ui";
import { words } from "../../words/operator";
import { ago } from "../../words/time";
import { Paged } from "../Paged";
import { useFilter, usePages } from "../usePages";

const text = words.audit;
type Line = Schemas["AuditLine"];

const details = ({ detail }: Line) =>
  Object.entries(detail ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");

function Whom({ line: { subject, object } }: { line: Line }) {
  return (
    <span className="grid">
      {subject && <span>{subject.displayName}</span>}
      {object && <span className="font-mono text-xs break-words text-quiet">{object}</span>}
    </span>
  );
}

const columns: Column<Line>[] = [
  {
    key: "action",
    title: text.action,
    cell: ({ action, at }) => (
      <span className="grid">
        <span className="font-medium whitespace-nowrap">{action}</span>
        <time dateTime={at} title={new Date(at).toLocaleString()} className="text-sm text-quiet">
          {ago(at)}
        </time>
      </span>
    ),
  },
  {
    key: "who",
    title: text.who,
    cell: ({ actor, kind }) => (
      <span className="grid">
        <span className="sm:whitespace-nowrap">{actor?.displayName || words.nobody}</span>
        <span className="text-sm text-quiet">{kind}</span>
      </span>
    ),
  },
  { key: "whom", title: text.whom, cell: (line) => <Whom line={line} /> },
  { key: "detail", title: text.detail, hideOnPhone: true, cell: (line) => <span className="break-words">{details(line)}</span> },
  {
    key: "from",
    title: text.from,
    hideOnPhone: true,
    cell: ({ address, requestId }) => (
      <span className="grid font-mono text-sm">
        <span>{address}</span>
        <span className="text-quiet">{requestId}</span>
      </span>
    ),
  },
];

/** AuditPage shows who did what with a right that others do not have. */
export default function AuditPage() {
  const [filter, change] = useFilter();
  const action = filter.get("action") ?? "";
  const user = filter.get("user") ?? "";
  const read = usePages([...key("/api/operator/audit"), action, user], (cursor, signal) =>
    api.GET("/api/operator/audit", { params: { query: { action: action || undefined, user: user || undefined, cursor } }, signal }),
  );
  const list = read.data?.pages.flatMap((page) => page.data ?? []) ?? [];
  return (
    <Page title={words.pages.audit} lead={text.lead}>
      <div className="grid max-w-xl gap-3 sm:grid-cols-2">
        <Field
          label={text.action}
          type="search"
          list="actions-seen"
          value={action}
          fault={read.error?.field("action")}
          onChange={(event) => change("action", event.target.value)}
        />
        <datalist id="actions-seen">
          {[...new Set(list.map((line) => line.action))].map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <Field
          label={text.user}
          type="search"
          value={user}
          fault={read.error?.field("user")}
          onChange={(event) => change("user", event.target.value)}
        />
      </div>
      <Paged from={read}>
        {list.length > 0 ? (
          <DataTable caption={words.pages.audit} columns={columns} rows={list} rowKey={({ number }) => number} />
        ) : (
          <Empty icon="search" title={text.none}>
            {text.noneHelp}
          </Empty>
        )}
      </Paged>
    </Page>
  );
}
