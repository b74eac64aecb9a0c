import { words } from "../words/coach";

/** Loads shows how many matches each scout watches, most first. */
export function Loads({ loads }: { loads: { id: string; displayName: string; matches: number }[] }) {
  const most = Math.max(1, ...loads.map(({ matches }) => matches));
  const sorted = [...loads].sort((a, b) => b.matches - a.matches || a.displayName.localeCompare(b.displayName));
  if (sorted.length === 0) return <p className="text-quiet">{words.seat.noScouts}</p>;
  return (
    <ul className="grid grid-cols-1 gap-1.5" data-loads={sorted.length}>
      {sorted.map(({ id, displayName, matches }) => (
        <li key={id} className="grid grid-cols-[minmax(0,1fr)_5rem_2rem] items-center gap-2">
          <span className="truncate">{displayName}</span>
          <span aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-sunken">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${(100 * matches) / most}%` }} />
          </span>
          <span className="text-right font-semibold">
            {matches}
            <span className="sr-only"> {words.plan.matchesWord(matches)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
