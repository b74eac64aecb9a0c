// Reads: what the public pages ask the API for, each with what the page may have brought along.
import { useQuery } from "@tanstack/react-query";
import { api, data, get, type Problem, type Schemas } from "../api";
import { givenAt, givenBelow } from "./first";

const fresh = 60_000; // ms; the log tells what happens before

/** EventKey names an FTC event. */
export interface EventKey {
  season: number;
  code: string;
}

const of = ({ season, code }: EventKey) => ({ path: { code }, query: { season } });
const at = ({ season, code }: EventKey, what: string) => `/api/events/${code}${what}?season=${season}`;

export const eventRead = (e: EventKey) => ({ ...get("/api/events/{code}", of(e)), ...givenAt<never>(at(e, "")), staleTime: fresh });
export const matchesRead = (e: EventKey) => ({
  ...get("/api/events/{code}/matches", of(e)),
  ...givenAt<never>(at(e, "/matches")),
  staleTime: fresh,
});
export const saidRead = (e: EventKey) => ({
  ...get("/api/events/{code}/predictions", of(e)),
  ...givenAt<never>(at(e, "/predictions")),
  staleTime: fresh,
});
export const rankingsRead = (e: EventKey) => ({
  ...get("/api/events/{code}/rankings", of(e)),
  ...givenAt<never>(at(e, "/rankings")),
  staleTime: fresh,
});
export const teamsRead = (e: EventKey) => ({
  ...get("/api/events/{code}/teams", of(e)),
  ...givenAt<never>(at(e, "/teams")),
  staleTime: fresh,
});
export const bracketRead = (e: EventKey) => ({
  ...get("/api/events/{code}/bracket", of(e)),
  ...givenAt<never>(at(e, "/bracket")),
  staleTime: fresh,
});
export const epaRead = (e: EventKey) => ({
  ...get("/api/analytics/epa/{code}", of(e)),
  ...givenAt<never>(`/api/analytics/epa/${e.code}?season=${e.season}`),
  staleTime: fresh,
});
export const oprRead = (e: EventKey) => ({
  ...get("/api/analytics/opr/{code}", of(e)),
  ...givenAt<never>(`/api/analytics/opr/${e.code}?season=${e.season}`),
  staleTime: fresh,
});
export const accuracyRead = (e: EventKey) => ({
  ...get("/api/analytics/accuracy", { query: { season: e.season, eventCode: e.code } }),
  staleTime: fresh,
});
export const teamRead = (number: number) => ({
  ...get("/api/ftc-teams/{number}", { path: { number } }),
  ...givenAt<never>(`/api/ftc-teams/${number}`),
  staleTime: fresh,
});
export const searchRead = (q: string) => ({
  ...get("/api/ftc-teams/search", { query: { q } }),
  ...givenAt<never>(`/api/ftc-teams/search?q=${encodeURIComponent(q).replaceAll("%20", "+")}`),
  staleTime: fresh,
});

export type FtcEvent = Schemas["FtcEvent"];

/** useEvents lists the FTC events of all seasons. */
export function useEvents() {
  const brought = givenBelow("/api/events?season=") as FtcEvent[][];
  return useQuery<FtcEvent[], Problem>({
    queryKey: ["/api/events", "of all seasons"],
    staleTime: fresh,
    ...(brought.length > 0 ? { initialData: brought.flat() } : {}),
    queryFn: async ({ signal }) => {
      const seasons = (await data(api.GET("/api/seasons", { signal }))) ?? [];
      const lists = await Promise.all(
        seasons.map((one) => data(api.GET("/api/events", { params: { query: { season: one!.season, limit: 500 } }, signal }))),
      );
      return lists.flatMap((list) => list ?? []);
    },
  });
}
