// The outbox in IndexedDB, one for all tabs of the device.
import { shelf } from "../shelf";
import { type Item, old } from "./item";

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("ftcmetrics-outbox");
const followers = new Set<() => void>();

channel?.addEventListener("message", () => tell());

function tell() {
  for (const changed of followers) changed();
}

function changed() {
  tell();
  channel?.postMessage("changed");
}

/** follow calls back when any tab changed the queue. */
export function follow(changed: () => void) {
  followers.add(changed);
  return () => followers.delete(changed);
}

/** items returns the queue in the order it was filled. */
export const items = async () => (await shelf()).getAll("outbox");

// Only what is on the disk counts as saved: a tablet may lose its power in the next second.
const write = async () => (await shelf()).transaction("outbox", "readwrite", { durability: "strict" });

/** add stores new items behind all others and resolves when they are on the disk. Known ones stay as they are. */
export async function add(fresh: Item[]): Promise<number> {
  const tx = await write();
  let count = 0;
  for (const item of fresh) {
    if (await tx.store.index("id").getKey(item.id)) continue;
    const { order, ...rest } = item;
    await tx.store.add(rest);
    count++;
  }
  await tx.done;
  changed();
  return count;
}

/** change replaces items by what the function makes of them as they are now; undefined drops one. */
export async function change(ids: string[], next: (item: Item) => Item | undefined) {
  const tx = await write();
  for (const id of ids) {
    const before = await tx.store.index("id").get(id);
    if (!before) continue;
    const after = next(before);
    if (after) await tx.store.put({ ...after, order: before.order });
    else await tx.store.delete(before.order!);
  }
  await tx.done;
  changed();
}

/** clean forgets what has long been done. */
export async function clean(now: number) {
  const done = (await items()).filter((item) => old(item, now));
  if (done.length > 0)
    await change(
      done.map(({ id }) => id),
      () => undefined,
    );
}

/** keep asks the browser not to drop the queue when space is short; false where it will not promise. */
export async function keep(): Promise<boolean> {
  return (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.()) || false;
}
