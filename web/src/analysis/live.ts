import type { QueryKey } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { queries } from "../queries";
import { usePusher } from "../realtime";
import type { At } from "./at";

const calm = 400; // ms in which many events cost one reading

type Path = string;

// useStale reads paths again, once for many events.
function useStale() {
  const waiting = useRef(new Set<Path>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback((...paths: Path[]) => {
    for (const path of paths) waiting.current.add(path);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const now = new Set(waiting.current);
      waiting.current.clear();
      void queries.invalidateQueries({ predicate: ({ queryKey }: { queryKey: QueryKey }) => now.has(queryKey[0] as Path) });
    }, calm);
  }, []);
}

const entries: Path[] = [
  "/api/scouting/consensus",
  "/api/scouting/team-summary/{number}",
  "/api/scouting/compare",
  "/api/scouting/entries/{id}/deduct-partner",
];
const notes: Path[] = ["/api/scouting/notes", "/api/scouting/team-summary/{number}", "/api/scouting/compare"];
const results: Path[] = [
  "/api/events/{code}/matches",
  "/api/events/{code}/rankings",
  "/api/analytics/opr/{code}",
  "/api/analytics/epa/{code}",
  "/api/analytics/team/{number}",
  "/api/analytics/predict",
  ...entries,
];

/** useLiveFigures keeps what the team scouted and what the officials say as new as the log. */
export function useLiveFigures({ team, season, eventCode }: At) {
  const stale = useStale();
  const ours = `private-team-${team.id}`;
  const hall = `event-${season}-${eventCode}`;
  const scouted = () => stale(...entries);
  const said = () => stale(...notes);
  const told = () => stale(...results);
  usePusher({ channelName: ours, eventName: "scouting:entry-created", onEvent: scouted, onReset: () => stale(...entries, ...notes) });
  usePusher({ channelName: ours, eventName: "scouting:entry-updated", onEvent: scouted });
  usePusher({ channelName: ours, eventName: "scouting:entry-deleted", onEvent: scouted });
  usePusher({ channelName: ours, eventName: "scouting:entries-imported", onEvent: scouted });
  usePusher({ channelName: ours, eventName: "scouting:note-added", onEvent: said });
  usePusher({ channelName: ours, eventName: "scouting:note-updated", onEvent: said });
  usePusher({ channelName: ours, eventName: "scouting:note-deleted", onEvent: said });
  usePusher({ channelName: hall, eventName: "match:started", onEvent: told, onReset: told });
  usePusher({ channelName: hall, eventName: "match:completed", onEvent: told });
  usePusher({ channelName: hall, eventName: "match:aborted", onEvent: told });
  usePusher({ channelName: hall, eventName: "analytics:epa-updated", onEvent: told });
}

/** useLivePit keeps a robot's pit report, links and pictures as new as the log. */
export function useLivePit({ team }: At) {
  const stale = useStale();
  const channelName = `private-team-${team.id}`;
  const pit = () => stale("/api/scouting/pit");
  const media = () => stale("/api/scouting/media");
  usePusher({
    channelName,
    eventName: "scouting:pit-changed",
    onEvent: pit,
    onReset: () => stale("/api/scouting/pit", "/api/scouting/media"),
  });
  usePusher({ channelName, eventName: "scouting:media-added", onEvent: media });
  usePusher({ channelName, eventName: "scouting:media-deleted", onEvent: media });
}
