import { useQuery } from "@tanstack/react-query";
import { type Problem, problem } from "../../api";
import type { EventRef } from "../../event";
import { fetchReady, keptReady, type Ready, readyKey } from "./ready";

/** Kept is an FTC event as this device has it, and why it is not newer. */
export interface Kept {
  ready?: Ready;
  failed?: Problem;
}

export const readyQuery = (teamId: string, event: EventRef) => ["scout-ready", readyKey(teamId, event.season, event.eventCode)];

/**
 * useReady reads an FTC event from this device at once, and from the server as soon as it
 * answers; choosing an event is what makes it ready for offline.
 */
export function useReady(teamId: string | undefined, event: EventRef | null) {
  const key = teamId && event ? readyQuery(teamId, event) : ["scout-ready"];
  const enabled = !!teamId && !!event;
  const kept = useQuery({
    queryKey: [...key, "kept"],
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await keptReady(teamId!, event!.season, event!.eventCode)) ?? null,
  });
  const read = useQuery({
    queryKey: key,
    enabled,
    staleTime: 60_000,
    queryFn: async (): Promise<Kept> => {
      try {
        return { ready: await fetchReady(teamId!, event!.season, event!.eventCode) };
      } catch (cause) {
        return { failed: problem(cause) };
      }
    },
  });
  const newest = read.data?.ready ?? kept.data ?? undefined;
  return {
    ready: newest,
    failed: read.data?.failed,
    loading: !newest && (kept.isPending || read.isPending) && enabled,
    reading: read.isFetching,
    update: () => read.refetch(),
  };
}
