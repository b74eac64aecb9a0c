/** Seen is how many events a channel had at a moment. */
export interface Seen {
  at: number; // ms
  published: number;
  rate: number | null; // events a second before that
}

/** seenNow notes the newest counts. A count that fell began anew; one that was not there is not known yet. */
export function seenNow(before: Map<string, Seen>, counts: { key: string; published: number | null }[], at: number): Map<string, Seen> {
  const next = new Map<string, Seen>();
  for (const { key, published } of counts) {
    if (published === null) continue;
    const old = before.get(key);
    const seconds = old ? (at - old.at) / 1000 : 0;
    const rate = old && seconds > 0 && published >= old.published ? (published - old.published) / seconds : null;
    next.set(key, { at, published, rate });
  }
  return next;
}
