// What must outlive a reload on a scout's device, in IndexedDB.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Received } from "./assignment/received";
import type { Ready } from "./event/ready";
import type { Draft } from "./form/draft";
import type { Item } from "./outbox/item";

interface Shelves extends DBSchema {
  outbox: { key: number; value: Item; indexes: { id: string } };
  drafts: { key: string; value: Draft };
  ready: { key: string; value: Ready };
  received: { key: string; value: Received };
}

let opened: Promise<IDBPDatabase<Shelves>> | undefined;

/** shelf opens the database, once for the page. */
export function shelf() {
  opened ??= openDB<Shelves>("ftcmetrics-scout", 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "order", autoIncrement: true }).createIndex("id", "id", { unique: true });
      db.createObjectStore("drafts", { keyPath: "key" });
      db.createObjectStore("ready", { keyPath: "key" });
      db.createObjectStore("received", { keyPath: "key" });
    },
    // A newer version of the app in another tab waits for this one, so let it go.
    blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
    terminated: () => {
      opened = undefined;
    },
  });
  return opened;
}
