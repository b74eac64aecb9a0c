import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "../../api";
import type { At } from "../at";
import { rowsOf } from "./rows";

/** useRows is the table of the FTC event's robots. What only enriches it may be missing. */
export function useRows({ query, event }: At) {
  const teams = useQuery(get("/api/events/{code}/teams", event));
  const standing = useQuery(get("/api/events/{code}/rankings", event));
  const epa = useQuery(get("/api/analytics/epa/{code}", event));
  const opr = useQuery(get("/api/analytics/opr/{code}", event));
  const matches = useQuery(get("/api/events/{code}/matches", event));
  const consensus = useQuery(get("/api/scouting/consensus", { query: { ...query, limit: 1000 } }));
  const rows = useMemo(
    () =>
      rowsOf({
        teams: teams.data ?? [],
        standing: standing.data ?? undefined,
        epa: epa.data ?? undefined,
        opr: opr.data ?? undefined,
        matches: matches.data ?? [],
        consensus: consensus.data ?? [],
      }),
    [teams.data, standing.data, epa.data, opr.data, matches.data, consensus.data],
  );
  const all = [teams, standing, epa, opr, matches, consensus];
  const main = [teams, consensus].find(({ data, error }) => error && data === undefined);
  return {
    rows,
    waiting: all.some(({ isPending }) => isPending),
    failed: main?.error ?? null,
    stale: all.find(({ error, data }) => error && data !== undefined),
    again: () => all.filter(({ error }) => error).forEach(({ refetch }) => void refetch()),
  };
}
