import { api } from "../api";
import { type Alliance, type Level, newId } from "../scout/wire";
import type { Entry } from "./feed";

/**
 * recordAgain records what a deleted entry said, and returns the new id. A deleted id stays deleted, so that no tablet
 * brings it back by sending it once more; the scout keeps the credit.
 */
export async function recordAgain({ scouter, alliance, tournamentLevel, ...entry }: Entry): Promise<string> {
  const { scoutingTeamId, season, eventCode, series, matchNumber, scoutedTeamNumber, data, notes } = entry;
  const id = newId();
  const place = { season, eventCode, tournamentLevel: tournamentLevel as Level, series, matchNumber, alliance: alliance as Alliance };
  await api.POST("/api/scouting/entries", {
    params: { query: { onProblem: "quarantine" } },
    body: { id, scoutingTeamId, ...place, scoutedTeamNumber, data, notes, scouterId: scouter.id },
  });
  return id;
}
