import { useSearch } from "wouter";
import type { EventRef } from "../event";
import { type Team, useSession } from "../session";
import { useWorkEvent } from "../workevent";

/** At is what every analysis page is about: a team of ours at an FTC event. */
export interface At {
  team: Team;
  season: number;
  eventCode: string;
  /** The parameters that name both in the API. */
  query: { scoutingTeamId: string; season: number; eventCode: string };
  /** The FTC event in the API's public paths. */
  event: { path: { code: string }; query: { season: number } };
}

/** useAt is what the page is about; null until an FTC event was chosen, undefined until that is known. One that the address names wins, so that links can be shared. */
export function useAt(): At | null | undefined {
  const { team } = useSession();
  const work = useWorkEvent(team);
  const event = eventOf(useSearch()) ?? work;
  if (!team || !event) return team ? (event as null | undefined) : null;
  const { season, eventCode } = event;
  return {
    team,
    season,
    eventCode,
    query: { scoutingTeamId: team.id, season, eventCode },
    event: { path: { code: eventCode }, query: { season } },
  };
}

/** eventOf reads the FTC event from an address such as ?season=2025&event=USNCRA. */
export function eventOf(search: string): EventRef | null {
  const words = new URLSearchParams(search);
  const season = Number(words.get("season"));
  const eventCode = words.get("event");
  return season > 0 && eventCode ? { season, eventCode } : null;
}

/** shareable is an address that opens the same for a teammate: with the FTC event in it. */
export function shareable(path: string, { season, eventCode }: At, more: Record<string, string> = {}): string {
  const words = Object.entries({ season: String(season), event: eventCode, ...more });
  return `${path}?${words.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&")}`;
}
