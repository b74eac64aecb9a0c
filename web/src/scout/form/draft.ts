// The draft of an entry, stored at every tap, so that a crash or a reload costs nothing.
import { stored } from "../../store";
import { shelf } from "../shelf";
import { newId, type Person, type Place, robotKey } from "../wire";
import { emptyLog, type Log } from "./log";

export interface Draft {
  key: string;
  entryId: string; // made once; saving twice is saving once
  owner: Person;
  teamId: string;
  place: Place;
  log: Log;
  notes: string;
  absent: boolean;
  phase: string;
  clockFrom?: number; // when the match began, if the scout said so
  rev?: number; // of the stored entry that this changes
  changedAt: number;
}

export const draftKey = (owner: Person, teamId: string, place: Place) => `${owner.id}/${teamId}/${robotKey(place)}`;

/** newDraft is an empty one, with the id that the entry will have. */
export const newDraft = (owner: Person, teamId: string, place: Place, at: number): Draft => ({
  key: draftKey(owner, teamId, place),
  entryId: newId(),
  owner,
  teamId,
  place,
  log: emptyLog,
  notes: "",
  absent: false,
  phase: "auto",
  changedAt: at,
});

// The keys of what is stored, as far as is known before the database is open: a form that was not begun need not wait
// for it. What a crash took out of this list is still found.
const known = stored<string[]>("ftc.drafts", []);

/** begun says whether there should be a stored draft. */
export const begun = (key: string) => known.get().includes(key);

/** findDraft returns the stored draft, if there is one. */
export const findDraft = async (key: string) => (await shelf()).get("drafts", key);

// Taps come faster than a slow tablet writes: the newest draft waits for the write before it,
// those between are skipped.
let writing: Promise<void> | undefined;
let newest: Draft | undefined;

/** keepDraft stores a draft and resolves when it, or a newer one, is on the disk. */
export function keepDraft(draft: Draft): Promise<void> {
  newest = draft;
  if (!begun(draft.key)) known.set([...known.get(), draft.key]);
  writing ??= write().finally(() => {
    writing = undefined;
  });
  return writing;
}

async function write() {
  while (newest) {
    const draft = newest;
    newest = undefined;
    await (await shelf()).put("drafts", draft);
  }
}

/** dropDraft forgets a draft, after a write of it that is under way. */
export async function dropDraft(key: string) {
  if (newest?.key === key) newest = undefined;
  await writing;
  await (await shelf()).delete("drafts", key);
  known.set(known.get().filter((other) => other !== key));
}

/** drafts returns all that somebody began at an FTC event and did not save. */
export const drafts = async (owner: string) =>
  (await (await shelf()).getAll("drafts")).filter((d) => d.owner.id === owner && d.rev === undefined);
