// The outbox as a file, to keep and to bring to another device.
import type { Item } from "./item";

const format = "ftcmetrics-outbox";

/** backupOf writes all that is not safely on the server. */
export function backupOf(items: Item[], at: number) {
  return JSON.stringify(
    { format, version: 1, at: new Date(at).toISOString(), items: items.filter((i) => i.state !== "sent").map(({ order, ...i }) => i) },
    null,
    1,
  );
}

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const states = ["waiting", "refused", "quarantined", "conflict"];

function whole(item: Item) {
  const { entry } = item;
  return (
    id.test(item.id) &&
    entry?.id === item.id &&
    id.test(entry.scoutingTeamId) &&
    id.test(item.owner?.id) &&
    typeof item.owner.displayName === "string" &&
    typeof entry.data === "object" &&
    entry.data !== null &&
    Number.isInteger(entry.season) &&
    Number.isInteger(entry.matchNumber) &&
    Number.isInteger(entry.scoutedTeamNumber) &&
    typeof entry.eventCode === "string" &&
    typeof entry.notes === "string" &&
    Number.isInteger(item.formVersion) &&
    Number.isFinite(item.savedAt) &&
    states.includes(item.state)
  );
}

/** restored returns the items of a backup, or null when the text is none. */
export function restored(text: string): Item[] | null {
  try {
    const file = JSON.parse(text);
    if (file?.format !== format || file.version !== 1 || !Array.isArray(file.items) || !file.items.every(whole)) return null;
    return file.items.map((item: Item) => ({ ...item, order: undefined }));
  } catch {
    return null;
  }
}
