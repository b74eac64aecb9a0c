import { api, key, type Schemas } from "../../api";
import { Button, type Column, DataTable, Empty, Field, Page } from "../../ui";
import { words as common } from "../../words/console";
import { words } from "../../words/operator";
import { ago } from "../../words/time";
import { ChannelLink } from "../links";
import { Paged } from "../Paged";
import { useFilter, usePages } from "../usePages";

const text = words.teams;
type Team = Schemas["TeamsStanding"];

const columns: Column<Team>[] = [
  { key: "number", title: text.number, number: true, cell: ({ teamNumber }) => teamNumber },
  {
    key: "name",
    title: text.name,
    cell: ({ id, name }) => (
      <span className="grid justify-items-start">
        <span className="font-medium">{name}</span>
        <span className="text-sm max-sm:hidden">
          <ChannelLink channel={`private-team-${id}`} />
        </span>
      </span>
    ),
  },
  {
    key: "sharing",
    title: text.sharing,
    hideOnPhone: true,
    cell: ({ sharingLevel }) => text.levels[sharingLevel as keyof typeof text.levels] ?? sharingLevel,
  },
  { key: "members", title: text.members, number: true, cell: ({ members }) => common.number(members) },
  { key: "entries", title: text.entries, number: true, cell: ({ entries }) => common.number(entries) },
  { key: "active", title: text.active, number: true, hideOnPhone: true, cell: ({ activeAt }) => ago(activeAt) },
  { key: "made", title: text.made, number: true, hideOnPhone: true, cell: ({ createdAt }) => ago(createdAt) },
];

/** TeamsPage lists all teams, and nothing of what they record. */
export default function TeamsPage() {
  const [filter, change] = useFilter();
  const search = filter.get("search") ?? "";
  const read = usePages([...key("/api/operator/teams"), search], (after, signal) =>
    api.GET("/api/operator/teams", { params: { query: { search: search || undefined, after } }, signal }),
  );
  const list = read.data?.pages.flatMap((page) => page.data ?? []) ?? [];
  return (
    <Page title={words.pages.teams} lead={text.lead}>
      <div className="max-w-sm">
        <Field label={text.search} type="search" value={search} onChange={(event) => change("search", event.target.value)} />
      </div>
      <Paged from={read}>
        {list.length > 0 ? (
          <DataTable caption={words.pages.teams} columns={columns} rows={list} rowKey={({ id }) => id} />
        ) : (
          <Empty icon="search" title={text.none} action={search && <Button onClick={() => change("search", "")}>{words.filter}</Button>}>
            {text.noneHelp}
          </Empty>
        )}
      </Paged>
    </Page>
  );
}
