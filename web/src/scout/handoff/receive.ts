// What a whole scan brings goes into this device's stores, from where it goes its usual way.
import { keepReceived } from "../assignment/received";
import { names, readyKey } from "../event/ready";
import { type Item, newItem } from "../outbox/item";
import { take } from "../outbox/outbox";
import type { Bundle, CarriedEntry } from "../transfer/transfer";
import type { Person } from "../wire";

export interface Kept {
  entries: number;
  fresh: number; // entries that this device did not know
  assignments: number;
}

/** keepBundle puts scanned entries into the outbox, where this account carries them for their scouts, and keeps assignments. */
export async function keepBundle(bundle: Bundle, me: Person): Promise<Kept> {
  const now = Date.now();
  const known = await names();
  const fresh = bundle.entries.length > 0 ? await take(bundle.entries.map((e) => itemOf(e, me, known.get(e.scouterId) ?? "", now))) : 0;
  for (const [key, assignments] of grouped(bundle)) await keepReceived({ key, at: now, assignments });
  return { entries: bundle.entries.length, fresh, assignments: bundle.assignments.length };
}

function grouped(bundle: Bundle) {
  const by = new Map<string, Bundle["assignments"]>();
  for (const a of bundle.assignments) {
    const key = readyKey(bundle.teamId, a.season, a.eventCode);
    by.set(key, [...(by.get(key) ?? []), a]);
  }
  return by;
}

function itemOf({ scouterId, formVersion, ...entry }: CarriedEntry, me: Person, name: string, at: number): Item {
  const owner = scouterId === me.id ? { id: me.id, displayName: me.displayName } : { id: scouterId, displayName: name };
  return { ...newItem(owner, entry, formVersion, at), courier: me.id };
}
