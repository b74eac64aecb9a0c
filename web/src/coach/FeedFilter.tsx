import { IconButton } from "../ui";
import { words } from "../words/coach";
import { type Filter, noFilter } from "./feed";

const box = "min-h-11 w-full min-w-0 rounded-lg border border-edge bg-card px-3";

type Props = { filter: Filter; scouts: { id: string; displayName: string }[]; onChange: (filter: Filter) => void };

/** FeedFilter narrows the feed to a robot, a match, a scout. */
export function FeedFilter({ filter, scouts, onChange }: Props) {
  const filtered = filter !== noFilter;
  return (
    <search className="flex items-center gap-2" aria-label={words.feed.filter}>
      <input
        aria-label={words.feed.robot}
        placeholder={words.feed.robot}
        className={`${box} max-w-28`}
        inputMode="numeric"
        value={filter.robot}
        onChange={(e) => onChange({ ...filter, robot: e.target.value })}
      />
      <input
        aria-label={words.feed.match}
        placeholder={words.feed.match}
        className={`${box} max-w-28`}
        value={filter.match}
        onChange={(e) => onChange({ ...filter, match: e.target.value })}
      />
      <select
        aria-label={words.feed.scout}
        className={`${box} max-w-56 max-sm:px-1`}
        value={filter.scout}
        onChange={(e) => onChange({ ...filter, scout: e.target.value })}
      >
        <option value="">{words.feed.everyone}</option>
        {scouts.map(({ id, displayName }) => (
          <option key={id} value={id}>
            {displayName}
          </option>
        ))}
      </select>
      {filtered && <IconButton icon="close" label={words.feed.clear} onClick={() => onChange(noFilter)} />}
    </search>
  );
}
