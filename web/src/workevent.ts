import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { get } from "./api";
import { type EventRef, useEvent } from "./event";
import type { Team } from "./session";
import { stored } from "./store";

const last = stored<Record<string, EventRef>>("ftc.newest-events", {}); // by team, for the time without a network

/** useWorkEvent is the FTC event that this device chose, or else the one of the team's newest entry; undefined until that is known, null if there is none. */
export function useWorkEvent(team: Team | null): EventRef | null | undefined {
  const chosen = useEvent();
  const wanted = !chosen && team ? { query: { scoutingTeamId: team.id, limit: 1 } } : undefined;
  const newest = useQuery({ ...get("/api/scouting/entries", wanted), enabled: !!wanted });
  const [entry] = newest.data ?? [];
  useEffect(() => {
    if (team && entry) last.set({ ...last.get(), [team.id]: { season: entry.season, eventCode: entry.eventCode } });
  }, [team, entry]);
  if (chosen || !team) return chosen;
  if (entry) return { season: entry.season, eventCode: entry.eventCode };
  if (newest.isPending) return undefined;
  return newest.error ? (last.get()[team.id] ?? null) : null;
}
