import type { ComponentProps, KeyboardEvent } from "react";
import { Link } from "wouter";
import { cx, Icon, IconButton } from "../../ui";
import { words } from "../../words/analysis";
import { points } from "../figures";
import type { Row } from "../robots/rows";
import type { Item } from "./operations";

type Props = {
  item: Item;
  place: number;
  last: boolean;
  row?: Row;
  editor: boolean;
  dragged: boolean;
  dropBefore: boolean;
  handle: ComponentProps<"button">;
  onMove: (place: number) => void;
  onTier: (tier: number) => void;
  onOpen: (what: "item" | "pick") => void;
};

/** PickRow is a team on the list. Its grip takes the pointer, and the keys: arrows move it, digits give it a tier. */
export function PickRow({ item, place, last, row, editor, dragged, dropBefore, handle, onMove, onTier, onOpen }: Props) {
  const { teamNumber, tier, tags, note, struck } = item;
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: Number.MAX_SAFE_INTEGER }[event.key];
    if (to === undefined && !/^[0-9]$/.test(event.key)) return;
    event.preventDefault();
    if (to !== undefined) onMove(to);
    else onTier(Number(event.key));
  };
  return (
    <li
      data-row={teamNumber}
      data-struck={struck?.reason}
      className={cx(
        "relative flex min-h-14 items-center gap-1 rounded-lg border border-line bg-card pr-1",
        dragged && "opacity-50",
        struck && "bg-sunken",
        dropBefore && "before:absolute before:inset-x-0 before:-top-1 before:h-1 before:rounded-full before:bg-accent",
      )}
    >
      {editor && (
        <button
          type="button"
          className="grid h-14 w-9 shrink-0 sm:w-11 cursor-grab place-items-center rounded-lg text-quiet"
          aria-label={words.picks.grip(teamNumber, place + 1)}
          aria-keyshortcuts="ArrowUp ArrowDown Home End 0 1 2 3 4 5 6 7 8 9"
          onKeyDown={press}
          {...handle}
        >
          <svg viewBox="0 0 16 16" className="size-5" fill="currentColor" aria-hidden="true">
            <path d="M5 3h2v2H5zm4 0h2v2H9zM5 7h2v2H5zm4 0h2v2H9zm-4 4h2v2H5zm4 0h2v2H9z" />
          </svg>
        </button>
      )}
      <span className="w-6 shrink-0 text-right text-quiet sm:w-8">{place + 1}</span>
      <div className="grid min-w-0 flex-1 gap-0.5 px-2 py-1.5">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <Link
            href={`/analysis/robots/${teamNumber}`}
            className={cx(
              "inline-flex min-h-6 items-center font-semibold text-accent-text no-underline hover:underline",
              struck && "line-through",
            )}
          >
            {teamNumber}
          </Link>
          <span className="max-w-full truncate text-sm text-quiet">{row?.name}</span>
          {struck && <span className="text-sm font-medium whitespace-nowrap">{words.picks.struck(struck.reason, struck.alliance)}</span>}
        </p>
        {((tags?.length ?? 0) > 0 || note) && (
          <p className="flex min-w-0 flex-wrap items-baseline gap-1.5 text-sm">
            {tags?.map((tag) => (
              <span key={tag} className="rounded-full border border-edge/60 px-2">
                {tag}
              </span>
            ))}
            <span className="min-w-0 break-words">{note}</span>
          </p>
        )}
      </div>
      <span className="text-right text-sm whitespace-nowrap text-quiet max-sm:hidden">
        {words.picks.figures(points(row?.epa), points(row?.average))}
      </span>
      {editor ? (
        <>
          <select
            aria-label={words.picks.tierOf(teamNumber)}
            className="min-h-11 rounded-lg border border-transparent bg-transparent px-1 text-sm max-sm:max-w-20 hover:border-line"
            value={tier}
            onChange={(event) => onTier(Number(event.target.value))}
          >
            {Array.from({ length: 10 }, (_, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a tier is its number
              <option key={n} value={n}>
                {words.picks.tier(n)}
              </option>
            ))}
          </select>
          <span className="flex max-sm:hidden">
            <IconButton icon="up" label={words.picks.up(teamNumber)} disabled={place === 0} onClick={() => onMove(place - 1)} />
            <IconButton icon="down" label={words.picks.down(teamNumber)} disabled={last} onClick={() => onMove(place + 1)} />
          </span>
          <IconButton icon="more" label={words.picks.more(teamNumber)} onClick={() => onOpen("item")} />
          <IconButton icon={struck ? "undo" : "check"} label={words.picks.heard(teamNumber)} onClick={() => onOpen("pick")} />
        </>
      ) : (
        tier > 0 && (
          <span className="flex items-center gap-1 px-2 text-sm">
            <Icon name="list" className="size-4" />
            {words.picks.tier(tier)}
          </span>
        )
      )}
    </li>
  );
}
