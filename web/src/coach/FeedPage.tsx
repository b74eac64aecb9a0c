import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { get, type Problem } from "../api";
import { type EventRef, useEvent } from "../event";
import { useConnection } from "../realtime";
import { may, type Team, useSession } from "../session";
import { ButtonLink, Empty, Loaded } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { type Coverage, consensusKey, seatOf } from "./board";
import { CoachPage } from "./CoachPage";
import { FeedFilter } from "./FeedFilter";
import { FeedRow, type Seats } from "./FeedRow";
import { currentEntries, type Entry, feedOf, type News, noFilter, scoutsOf } from "./feed";
import { Gaps } from "./Gaps";
import { useBoardNews, useEntryNews } from "./news";
import { OnNow } from "./OnNow";

const read = 100; // entries, before the news
const shown = 200; // rows: nobody scrolls further in what is live; the entries' table has all

/** FeedPage is the team's live feed: what comes in, who is on, and who is missing. */
export default function FeedPage() {
  const { team } = useSession();
  return <CoachPage title={words.feed.title}>{team && <Live key={team.id} team={team} />}</CoachPage>;
}

function Live({ team }: { team: Team }) {
  const { news } = useEntryNews(team.id);
  const chosen = useEvent();
  const entries = useQuery(get("/api/scouting/entries", { query: { scoutingTeamId: team.id, limit: read } }));
  const current = useMemo(() => currentEntries(entries.data ?? [], news), [entries.data, news]);
  const [newest] = current;
  const season = chosen?.season ?? newest?.entry.season;
  const eventCode = chosen?.eventCode ?? newest?.entry.eventCode;
  const event = useMemo(() => (season && eventCode ? { season, eventCode } : null), [season, eventCode]);
  return (
    <div className="grid items-start gap-4 wide:grid-cols-[1fr_19rem] wide:grid-rows-[auto_1fr]">
      {event && <Gaps team={team} event={event} />}
      <div className="min-w-0 wide:col-start-1 wide:row-span-2 wide:row-start-1">
        <Feed team={team} event={event} entries={entries} news={news} current={current} />
      </div>
      <OnNow teamId={team.id} />
    </div>
  );
}

type FeedProps = {
  team: Team;
  event: EventRef | null;
  entries: UseQueryResult<Entry[] | null, Problem>;
  news: News;
  current: { entry: Entry; gone: boolean }[];
};

function Feed({ team, event, entries, news, current }: FeedProps) {
  const { state } = useConnection();
  const [filter, setFilter] = useState(noFilter);
  const wanted = useDeferredValue(filter);
  const seats = useSeats(team.id, event);
  const notes = useQuery(get("/api/scouting/notes", { query: { scoutingTeamId: team.id, limit: 50 } }));
  const items = useMemo(
    () => feedOf({ entries: entries.data ?? [], notes: notes.data ?? [] }, news, wanted, matchName),
    [entries.data, notes.data, news, wanted],
  );
  return (
    <section className="grid min-w-0 gap-3" aria-label={words.feed.title}>
      <FeedFilter filter={filter} scouts={scoutsOf(current)} onChange={setFilter} />
      {state === "polling" && <p className="text-sm text-quiet">{words.feed.polling}</p>}
      {state === "offline" && <p className="text-sm text-warn">{words.feed.away}</p>}
      <Loaded from={entries} rows={6}>
        {() =>
          items.length === 0 ? (
            <Nothing filtered={filter !== noFilter && current.length > 0} team={team} clear={() => setFilter(noFilter)} />
          ) : (
            <>
              <ol className="grid grid-cols-1 rounded-card border border-line bg-card" data-feed={items.length}>
                {items.slice(0, shown).map((item) => (
                  <FeedRow key={item.key} item={item} event={event} seats={seats} />
                ))}
              </ol>
              {(items.length > shown || (entries.data?.length ?? 0) >= read) && (
                <div>
                  <ButtonLink to="/coach/entries">{words.feed.older}</ButtonLink>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function Nothing({ filtered, team, clear }: { filtered: boolean; team: Team; clear: () => void }) {
  if (filtered) {
    return (
      <Empty
        icon="search"
        title={words.feed.noneFits}
        action={
          <button type="button" className="min-h-11 px-3 font-semibold text-accent-text" onClick={clear}>
            {words.feed.clear}
          </button>
        }
      >
        {words.feed.noneFitsHelp}
      </Empty>
    );
  }
  return (
    <Empty
      icon="coach"
      title={words.feed.nothing}
      action={may(team, "MENTOR", "LEADER") && <ButtonLink to="/coach/assignments">{words.feed.assign}</ButtonLink>}
    >
      {words.feed.nothingHelp}
    </Empty>
  );
}

// useSeats knows at which place of its alliance a robot plays: entries say the side only.
function useSeats(teamId: string, event: EventRef | null): Seats {
  const { season = 0, eventCode = "" } = event ?? {};
  useBoardNews(teamId, event);
  const coverage = useQuery({
    ...get("/api/scouting/coverage", { query: { scoutingTeamId: teamId, season, eventCode } }),
    enabled: !!event,
    select: seatsOf, // stays the same object while nobody changes places, so that no row is drawn anew
  });
  return coverage.data ?? nowhere;
}

const nowhere: Seats = {};

function seatsOf(board: Coverage): Seats {
  const seats: Seats = {};
  for (const match of board.matches ?? []) {
    for (const robot of match.robots ?? []) if (seatOf(robot)) seats[consensusKey(match, robot.scoutedTeamNumber)] = robot.station;
  }
  return seats;
}
