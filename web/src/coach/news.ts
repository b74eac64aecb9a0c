import type { EventData, EventName } from "@ftcmetrics/realtime-react";
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { key } from "../api";
import type { EventRef } from "../event";
import { usePusher } from "../realtime";
import { inTurn, type News, noNews, withEntry, withImport, withoutEntry } from "./feed";

const rest = 300; // ms between two readings of what changed

/**
 * useRefresh returns a function that reads these keys anew, again if it is asked meanwhile. When news begin to
 * arrive it runs by itself: what changed before that, nobody told.
 */
function useRefresh(keys: QueryKey[], live: boolean): () => void {
  const cache = useQueryClient();
  const latest = useRef(keys);
  latest.current = keys;
  const [refresh] = useState(() =>
    inTurn(() => Promise.all(latest.current.map((queryKey) => cache.invalidateQueries({ queryKey }))), rest),
  );
  useEffect(() => {
    if (live) refresh();
  }, [live, refresh]);
  return refresh;
}

const entryKeys = [key("/api/scouting/entries"), key("/api/scouting/notes")];

/** useEntryNews follows the team's entries: what it returns lies above what was read from the server. */
export function useEntryNews(teamId: string): { news: News; live: boolean } {
  const [news, setNews] = useState(noNews);
  const channelName = `private-team-${teamId}`;
  const on = <Name extends EventName>(eventName: Name, onEvent: (data: EventData<Name>) => void, onReset?: () => void) => ({
    channelName,
    eventName,
    onEvent,
    onReset,
    tier: "critical" as const,
  });
  const refreshed = useRef(() => {});
  const reset = () => {
    setNews(noNews);
    refreshed.current();
  };
  const { isConnected } = usePusher(on("scouting:entry-created", ({ entry }) => setNews((n) => withEntry(n, entry)), reset));
  usePusher(on("scouting:entry-updated", ({ entry }) => setNews((n) => withEntry(n, entry))));
  usePusher(on("scouting:entry-deleted", ({ entryId, rev }) => setNews((n) => withoutEntry(n, entryId, rev))));
  refreshed.current = useRefresh(entryKeys, isConnected);
  const imported = ({ count }: { count: number }) => {
    setNews((n) => withImport(n, count, Date.now()));
    refreshed.current();
  };
  usePusher(on("scouting:entries-imported", imported));
  usePusher(on("scouting:note-added", () => refreshed.current()));
  usePusher(on("scouting:note-updated", () => refreshed.current()));
  usePusher(on("scouting:note-deleted", () => refreshed.current()));
  return { news, live: isConnected };
}

const boardKeys = [key("/api/scouting/coverage"), key("/api/scouting/consensus"), key("/api/events/{code}/matches")];

/** useBoardNews reads the board of an FTC event anew whenever something on it has changed. */
export function useBoardNews(teamId: string, at: EventRef | null): { live: boolean } {
  const team = at && `private-team-${teamId}`;
  const event = at && `event-${at.season}-${at.eventCode}`;
  const refreshed = useRef(() => {});
  const onEvent = () => refreshed.current();
  const on = <Name extends EventName>(channelName: string | null, eventName: Name) => ({
    channelName,
    eventName,
    onEvent,
    onReset: onEvent,
  });
  const { isConnected } = usePusher(on(team, "scouting:entry-created"));
  usePusher(on(team, "scouting:entry-updated"));
  usePusher(on(team, "scouting:entry-deleted"));
  usePusher(on(team, "scouting:entries-imported"));
  usePusher(on(team, "scouting:assignments-changed"));
  usePusher(on(event, "match:started"));
  usePusher(on(event, "match:aborted"));
  usePusher(on(event, "match:completed"));
  refreshed.current = useRefresh(boardKeys, isConnected);
  return { live: isConnected };
}

/** useQuarantineNews reads the quarantine anew whenever something came or went. */
export function useQuarantineNews(teamId: string) {
  const refreshed = useRef(() => {});
  const onEvent = () => refreshed.current();
  const { isConnected } = usePusher({
    channelName: `private-team-${teamId}`,
    eventName: "scouting:quarantine-changed",
    onEvent,
    onReset: onEvent,
  });
  refreshed.current = useRefresh([key("/api/scouting/quarantine")], isConnected);
}
