import type { Schemas } from "../api";

export type Entry = Schemas["ScoutingEntry"];
export type Note = Schemas["ScoutingNote"];

/** Item is one line of the feed. */
export type Item =
  | { kind: "entry"; key: string; at: number; entry: Entry; gone: boolean }
  | { kind: "note"; key: string; at: number; note: Note }
  | { kind: "import"; key: string; at: number; count: number };

/** News is what the log has told since the page was opened: it lies above what was read, whichever came first. */
export interface News {
  entries: ReadonlyMap<string, Entry>; // by id, the newest rev
  gone: ReadonlyMap<string, number>; // rev of the deletion
  imports: readonly { at: number; count: number }[];
}

export const noNews: News = { entries: new Map(), gone: new Map(), imports: [] };

/** withEntry adds an entry as it was recorded or changed; an older state than is known changes nothing. */
export function withEntry(news: News, entry: Entry): News {
  const before = news.entries.get(entry.id);
  if (before && before.rev >= entry.rev) return news;
  return { ...news, entries: new Map(news.entries).set(entry.id, entry) };
}

/** withoutEntry strikes a deleted entry. */
export const withoutEntry = (news: News, id: string, rev: number): News => ({ ...news, gone: new Map(news.gone).set(id, rev) });

/** withImport adds that so many entries came from a file. */
export const withImport = (news: News, count: number, at: number): News => ({ ...news, imports: [...news.imports, { count, at }] });

/** Filter is what the feed is narrowed to; what is empty does not narrow. */
export interface Filter {
  robot: string;
  scout: string; // user id
  match: string; // as people call it, or its number
}

export const noFilter: Filter = { robot: "", scout: "", match: "" };

interface Read {
  entries: readonly Entry[];
  notes: readonly Note[];
}

/** currentEntries puts what was read under the news: of each entry its newest state, newest first. */
export function currentEntries(read: readonly Entry[], news: News): { entry: Entry; gone: boolean }[] {
  const all = new Map(read.map((entry) => [entry.id, entry]));
  for (const [id, entry] of news.entries) {
    const known = all.get(id);
    if (!known || known.rev < entry.rev) all.set(id, entry);
  }
  return [...all.values()]
    .map((entry) => ({ entry, gone: news.gone.has(entry.id) }))
    .sort((a, b) => at(b.entry) - at(a.entry) || (a.entry.id < b.entry.id ? 1 : -1));
}

/** feedOf is the whole feed, newest first. name says what a match is called. */
export function feedOf(read: Read, news: News, filter: Filter, name: (m: Entry) => string): Item[] {
  const entries = currentEntries(read.entries, news)
    .filter(({ entry }) => fits(entry.scoutedTeamNumber, entry.scouter.id, entry.matchNumber, name(entry), filter))
    .map(({ entry, gone }): Item => ({ kind: "entry", key: entry.id, at: at(entry), entry, gone }));
  const notes = read.notes
    .filter((note) => {
      const match = note.matchNumber ? name(note as unknown as Entry) : "";
      return fits(note.scoutedTeamNumber, note.author.id, note.matchNumber ?? 0, match, filter);
    })
    .map((note): Item => ({ kind: "note", key: note.id, at: at(note), note }));
  const narrowed = filter.robot || filter.scout || filter.match;
  const imports = narrowed ? [] : news.imports.map(({ at, count }, i): Item => ({ kind: "import", key: `import ${i}`, at, count }));
  return [...entries, ...notes, ...imports].sort((a, b) => b.at - a.at);
}

const at = (thing: { createdAt: string }) => Date.parse(thing.createdAt);

function fits(robot: number, scout: string, number: number, match: string, filter: Filter): boolean {
  const wanted = filter.match.trim().toLowerCase();
  return (
    (!filter.robot.trim() || String(robot).startsWith(filter.robot.trim())) &&
    (!filter.scout || scout === filter.scout) &&
    (!wanted || match.toLowerCase() === wanted || (number > 0 && String(number) === wanted))
  );
}

/** scoutsOf lists who is in the feed, by name. */
export function scoutsOf(entries: readonly { entry: Entry }[]): { id: string; displayName: string }[] {
  const all = new Map(entries.map(({ entry }) => [entry.scouter.id, entry.scouter]));
  return [...all.values()].sort((a, b) => a.displayName.localeCompare(b.displayName));
}

/**
 * inTurn runs one at a time: asked during a run it runs once more after it, so that the last run began after the
 * last question. rest is the pause (ms) between two runs: many entries at once are one reason to read.
 */
export function inTurn(run: () => Promise<unknown>, rest = 0): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  return () => {
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await run().catch(() => {}); // a query tells by itself what is wrong
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      }
      running = undefined;
    })();
    return running;
  };
}
