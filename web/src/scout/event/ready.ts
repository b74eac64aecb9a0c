// An FTC event as a scout needs it without network: its teams, its schedule, who scouts what,
// and the form of its season.
import { api, data, problem } from "../../api";
import { queries } from "../../queries";
import { shelf } from "../shelf";
import type { FtcEvent, FtcTeam, Match, Season, Sheet } from "../wire";
import { seasonQuery } from "./season";

export interface Ready {
  key: string;
  teamId: string;
  event: FtcEvent;
  teams: FtcTeam[];
  matches: Match[];
  sheet: Sheet;
  season: Season;
  at: number; // when it was read from the server
  bytes: number;
}

export const readyKey = (teamId: string, season: number, code: string) => `${teamId}/${season}/${code}`;

// A league meet that nobody imported can be scouted by its code: the server then knows nothing of it.
const orElse = async <Known>(known: Promise<Known>, instead: NonNullable<Known>): Promise<NonNullable<Known>> => {
  try {
    return (await known) ?? instead;
  } catch (cause) {
    if (problem(cause).status === 404) return instead;
    throw cause;
  }
};

const unknown = (season: number, eventCode: string): FtcEvent => ({
  season,
  eventCode,
  name: eventCode,
  official: false,
  typeName: "",
  venue: "",
  city: "",
  region: "",
  country: "",
  timezone: "",
  startsOn: null,
  endsOn: null,
});

/** fetchReady reads all of it from the server and keeps it on this device. */
export async function fetchReady(teamId: string, season: number, code: string): Promise<Ready> {
  const at = { params: { path: { code }, query: { season } } };
  const [event, teams, matches, sheet, form] = await Promise.all([
    orElse<FtcEvent | undefined>(data(api.GET("/api/events/{code}", at)), unknown(season, code)),
    orElse<FtcTeam[] | null | undefined>(data(api.GET("/api/events/{code}/teams", at)), []),
    orElse<Match[] | null | undefined>(data(api.GET("/api/events/{code}/schedule", at)), []),
    data(api.GET("/api/scouting/assignments", { params: { query: { scoutingTeamId: teamId, season, eventCode: code } } })),
    queries.fetchQuery(seasonQuery(season)),
  ]);
  const ready: Ready = {
    key: readyKey(teamId, season, code),
    teamId,
    event,
    teams,
    matches,
    sheet,
    season: form as unknown as Season,
    at: Date.now(),
    bytes: 0,
  };
  ready.bytes = new Blob([JSON.stringify(ready)]).size;
  await (await shelf()).put("ready", ready);
  return ready;
}

/** keptReady returns what this device has of an FTC event. */
export const keptReady = async (teamId: string, season: number, code: string) =>
  (await shelf()).get("ready", readyKey(teamId, season, code));

/** allReady returns every FTC event that this device has for a team. */
export const allReady = async (teamId: string) => (await (await shelf()).getAll("ready")).filter((r) => r.teamId === teamId);

/** dropReady frees the space of an FTC event. */
export const dropReady = async (key: string) => (await shelf()).delete("ready", key);

/** forms returns the forms of seasons that this device knows, by year. */
export async function forms() {
  return new Map((await (await shelf()).getAll("ready")).map((r) => [r.season.season, r.season.form]));
}

/** names returns what scouts are called, as far as the lists on this device tell. */
export async function names() {
  const kept = await (await shelf()).getAll("ready");
  return new Map(kept.flatMap(({ sheet }) => (sheet.assignments ?? []).map(({ scout }) => [scout.id, scout.displayName] as const)));
}
