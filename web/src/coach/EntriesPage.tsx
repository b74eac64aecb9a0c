import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { api, get, key, type Problem, type Schemas } from "../api";
import { may, type Team, useSession } from "../session";
import { allianceOf, Button, ButtonLink, type Column, DataTable, Empty, Failed, Icon, Loading, Robot, Stale } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { ago } from "../words/time";
import { useWorkEvent } from "../workevent";
import { CoachPage } from "./CoachPage";
import { FeedFilter } from "./FeedFilter";
import { currentEntries, type Entry, feedOf, noFilter, noNews, scoutsOf } from "./feed";
import { useEntryNews } from "./news";
import { entryPath, robotPath } from "./paths";

type Answer = Schemas["ScoutingEntryListAnswer"];

/** EntriesPage is the table of all that was recorded. */
export default function EntriesPage() {
  const { team } = useSession();
  return <CoachPage title={words.entries.title}>{team && <Entries key={team.id} team={team} />}</CoachPage>;
}

function columns(): Column<Entry>[] {
  const score = (name: "auto" | "teleop" | "endgame" | "total"): Column<Entry> => ({
    key: name,
    title: words.entries[name],
    number: true,
    hideOnPhone: name !== "total",
    by: (e) => e[`${name}Score`],
    cell: (e) => <span className={name === "total" ? "font-bold" : undefined}>{e[`${name}Score`]}</span>,
  });
  return [
    {
      key: "match",
      title: words.feed.match,
      by: (e) => matchName(e),
      cell: (e) => (
        <Link
          href={entryPath(e.id)}
          className="inline-flex min-h-9 items-center font-medium"
          aria-label={words.feed.open(matchName(e), e.scoutedTeamNumber)}
        >
          {matchName(e)}
        </Link>
      ),
    },
    {
      key: "robot",
      title: words.feed.robot,
      by: (e) => e.scoutedTeamNumber,
      cell: (e) => (
        <span className="flex items-center gap-2">
          <Robot alliance={allianceOf(e.alliance)} size="small" />
          <Link href={robotPath(e.scoutedTeamNumber)} className="inline-flex min-h-9 items-center font-bold text-ink">
            {e.scoutedTeamNumber}
          </Link>
        </span>
      ),
    },
    { key: "scout", title: words.feed.scout, by: (e) => e.scouter.displayName, cell: (e) => e.scouter.displayName },
    score("auto"),
    score("teleop"),
    score("endgame"),
    score("total"),
    {
      key: "at",
      title: words.entries.recorded,
      hideOnPhone: true,
      number: true,
      by: (e) => Date.parse(e.createdAt),
      cell: (e) => (
        <span className="text-sm whitespace-nowrap text-quiet">
          {[ago(e.createdAt), e.rev > 1 && words.feed.edited].filter(Boolean).join(" · ")}
        </span>
      ),
    },
  ];
}

function Entries({ team }: { team: Team }) {
  const [filter, setFilter] = useState(noFilter);
  const { news } = useEntryNews(team.id);
  const read = useInfiniteQuery<Answer, Problem>({
    queryKey: [...key("/api/scouting/entries"), team.id, "pages"],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const query = { scoutingTeamId: team.id, limit: 200, cursor: (pageParam as string) || undefined };
      return (await api.GET("/api/scouting/entries", { params: { query }, signal })).data!;
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const current = useMemo(() => {
    const list = read.data?.pages.flatMap((page) => page.data ?? []) ?? [];
    return currentEntries(list, news).flatMap(({ entry, gone }) => (gone ? [] : [entry]));
  }, [read.data, news]);
  const rows = useMemo(
    () => feedOf({ entries: current, notes: [] }, noNews, filter, matchName).flatMap((item) => (item.kind === "entry" ? [item.entry] : [])),
    [current, filter],
  );
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <FeedFilter filter={filter} scouts={scoutsOf(current.map((entry) => ({ entry })))} onChange={setFilter} />
        {may(team, "MENTOR", "LEADER") && <Files team={team} />}
      </div>
      {!read.data && (read.error ? <Failed cause={read.error} again={() => read.refetch()} /> : <Loading rows={8} />)}
      {read.data && read.error && <Stale at={read.dataUpdatedAt} />}
      {read.data && rows.length === 0 && (
        <Empty icon="list" title={current.length > 0 ? words.feed.noneFits : words.feed.nothing}>
          {current.length > 0 ? words.feed.noneFitsHelp : words.feed.nothingHelp}
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable caption={words.entries.title} columns={columns()} rows={rows} rowKey={(e) => e.id} sort={{ key: "at", down: true }} />
      )}
      <div className="flex items-center gap-3">
        {read.hasNextPage && (
          <Button busy={read.isFetchingNextPage} onClick={() => read.fetchNextPage()}>
            {words.entries.more}
          </Button>
        )}
        {read.data && <p className="text-sm text-quiet">{words.entries.shown(rows.length, current.length)}</p>}
      </div>
    </div>
  );
}

// Files are the entries as files, of the event that the team works on, or of the whole season.
function Files({ team }: { team: Team }) {
  const event = useWorkEvent(team);
  const season = useQuery({ ...get("/api/seasons"), staleTime: Number.POSITIVE_INFINITY }).data?.[0]?.season;
  const year = event?.season ?? season;
  const query = new URLSearchParams({
    scoutingTeamId: team.id,
    ...(year ? { season: String(year) } : {}),
    ...(event ? { eventCode: event.eventCode } : {}),
  });
  const look = "inline-flex min-h-11 items-center gap-2 rounded-lg border border-edge/60 bg-card px-4 font-semibold text-ink no-underline";
  return (
    <div className="flex flex-wrap gap-2">
      {(["csv", "json"] as const).map((kind) => (
        <a key={kind} className={look} href={`/api/scouting/export.${kind}?${query}`} download>
          <Icon name="download" />
          {words.entries.files[kind]}
        </a>
      ))}
      <ButtonLink icon="upload" to="/coach/import">
        {words.entries.import}
      </ButtonLink>
    </div>
  );
}
