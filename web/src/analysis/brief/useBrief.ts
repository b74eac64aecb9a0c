import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data, get, type Problem, type Schemas } from "../../api";
import type { At } from "../at";
import { type Match, teamsOf } from "./brief";

/** forecastOf is what the ratings expect of two alliances. */
const forecastOf = (season: number, red: number[], blue: number[]) =>
  queryOptions<Schemas["RatingsForecast"], Problem>({
    queryKey: ["/api/analytics/predict", { season, red, blue }],
    queryFn: async () => (await data(api.POST("/api/analytics/predict", { body: { season, red, blue } })))!,
    enabled: red.length > 0 && blue.length > 0,
  });

/** useBrief is all that is known of a match to come. */
export function useBrief(at: At, match: Match) {
  const [red, blue] = [teamsOf(match, "RED"), teamsOf(match, "BLUE")];
  const forecast = useQuery(forecastOf(at.season, red, blue));
  const robots = useQuery({
    ...get("/api/scouting/compare", { query: { ...at.query, teams: [...red, ...blue].join(",") } }),
    enabled: red.length + blue.length > 0,
  });
  const notes = useQuery(get("/api/scouting/notes", { query: { scoutingTeamId: at.team.id, season: at.season, limit: 200 } }));
  return { red, blue, forecast, robots, notes };
}
