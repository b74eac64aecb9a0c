// A pick list as this device has it, in IndexedDB: what was read last, and changes that are not on the server yet.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Schemas } from "../../api";
import type { Stuck, Waiting } from "./operations";

/** Kept is one list for one account. */
export interface Kept {
  key: string;
  list: Schemas["ScoutingPickList"];
  waiting: Waiting[];
  stuck: Stuck[];
}

interface Shelf extends DBSchema {
  lists: { key: string; value: Kept };
}

let opened: Promise<IDBPDatabase<Shelf>> | undefined;

function shelf() {
  opened ??= openDB<Shelf>("ftcmetrics-picks", 1, {
    upgrade: (db) => void db.createObjectStore("lists", { keyPath: "key" }),
    blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
    terminated: () => {
      opened = undefined;
    },
  });
  return opened;
}

/** keptKey keeps the accounts of one device apart. */
export const keptKey = (me: string, id: string) => `${me}/${id}`;

/** kept returns a list as this device has it; null where it has none, or no storage. */
export const kept = async (key: string): Promise<Kept | null> => {
  try {
    return (await (await shelf()).get("lists", key)) ?? null;
  } catch {
    return null;
  }
};

/** keep stores a list. Without storage it lives as long as the page. */
export const keep = async (list: Kept) => {
  try {
    await (await shelf()).put("lists", list);
  } catch {
    // forbidden or full
  }
};
