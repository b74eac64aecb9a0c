import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "../../api";
import type { EventRef } from "../../event";
import { useStore } from "../../store";
import type { Ready } from "../event/ready";
import { type Item, mine } from "../outbox/item";
import { outbox } from "../outbox/outbox";
import { inOrder, type Place, type StoredEntry } from "../wire";
import { type Duty, dutyIn, dutyOf, follower, progress } from "./duty";
import { received } from "./received";

/** Done is one entry of mine: still here, or on the server only. */
export interface Done {
  id: string;
  place: Place;
  at: number;
  total?: number;
  item?: Item;
}

/** useDone returns what I scouted at an FTC event, the newest first. */
export function useDone(me: string, teamId: string, event: EventRef): Done[] {
  const { items } = useStore(outbox);
  const { season, eventCode } = event;
  const stored = useQuery(
    get("/api/scouting/entries", { query: { scoutingTeamId: teamId, season, eventCode, scouterId: me, limit: 200 } }),
  );
  return useMemo(() => {
    const here = items.filter(
      (i) =>
        i.owner.id === me &&
        mine(i, me) &&
        i.entry.season === season &&
        i.entry.eventCode === eventCode &&
        i.entry.scoutingTeamId === teamId,
    );
    const known = new Set(here.map((i) => i.id));
    const there = ((stored.data ?? []) as StoredEntry[]).filter((e) => !known.has(e.id));
    return [
      ...here.map((item): Done => ({ id: item.id, place: item.entry, at: item.savedAt, total: item.answer?.totalScore, item })),
      ...there.map((e): Done => ({ id: e.id, place: e as unknown as Place, at: Date.parse(e.createdAt), total: e.totalScore })),
    ].sort((a, b) => inOrder(b.place, a.place) || b.at - a.at);
  }, [items, stored.data, me, teamId, season, eventCode]);
}

/** useDuties returns what I am to watch at an FTC event, by the newest list that this device has. */
export function useDuties(ready: Ready | undefined, me: string, done: Done[]) {
  const scanned = useQuery({
    queryKey: ["scout-received", ready?.key, ready?.at],
    enabled: !!ready,
    staleTime: 0,
    queryFn: async () => (await received(ready!.key, ready!.at)) ?? null,
  });
  return useMemo(() => {
    const bySheet = (ready?.sheet.assignments ?? [])
      .filter((a) => a.scout.id === me)
      .map((a) => dutyOf(ready!.event.season, ready!.event.eventCode, a));
    const byScan = scanned.data?.assignments.filter((a) => a.scoutId === me);
    const duties = byScan ? byScan.map((a): Duty => ({ ...a, stale: false, scheduledAt: scheduled(ready, a) })) : bySheet;
    const seen = done.map((d) => d.place);
    const last = seen[0];
    return {
      ...progress(duties, seen),
      any: duties.length > 0,
      scannedAt: byScan && scanned.data?.at,
      guess: duties.length === 0 && ready ? follower(ready.matches, last) : undefined,
    };
  }, [ready, scanned.data, done, me]);
}

function scheduled(ready: Ready | undefined, place: Place) {
  const match = ready?.matches.find((m) => inOrder(m, place) === 0);
  return match ? (dutyIn(match, place.scoutedTeamNumber)?.scheduledAt ?? null) : null;
}
