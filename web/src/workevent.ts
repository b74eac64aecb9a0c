import { useQuery } from "@tanstack/react-query";
import { get } from "./api";
import { type EventRef, useEvent } from "./event";
import type { Team } from "./session";

/** useWorkEvent is the FTC event that this device chose, or else the one of the team's newest entry; undefined until that is known, null if there is none. */
export function useWorkEvent(team: Team | null): EventRef | null | undefined {
  const chosen = useEvent();
  const wanted = !chosen && team ? { query: { scoutingTeamId: team.id, limit: 1 } } : undefined;
  const newest = useQuery({ ...get("/api/scouting/entries", wanted), enabled: !!wanted });
  if (chosen || !team) return chosen;
  const [entry] = newest.data ?? [];
  if (entry) return { season: entry.season, eventCode: entry.eventCode };
  return newest.isPending ? undefined : null;
}
