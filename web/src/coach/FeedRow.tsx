import { memo } from "react";
import { Link } from "wouter";
import type { EventRef } from "../event";
import { allianceOf, cx, Icon, Robot } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { ago } from "../words/time";
import { consensusKey } from "./board";
import type { Entry, Item, Note } from "./feed";
import { entryPath, robotPath } from "./paths";

const line = "grid grid-cols-[auto_1fr_auto] items-center gap-x-3 border-t border-line px-3 py-1 first:border-t-0";

/** Seats has the station of each robot in each match, by consensusKey. */
export type Seats = Record<string, number>;

type Props = { item: Item; event: EventRef | null; seats: Seats };

/** FeedRow is one line of the feed. */
export const FeedRow = memo(function FeedRow({ item, event, seats }: Props) {
  if (item.kind === "entry") return <EntryRow entry={item.entry} gone={item.gone} event={event} seats={seats} />;
  if (item.kind === "note") return <NoteRow note={item.note} />;
  return (
    <li className={line}>
      <Icon name="upload" className="size-5 text-quiet" />
      <span className="py-2.5">{words.feed.imports(item.count)}</span>
      <When at={item.at} />
    </li>
  );
});

const When = ({ at }: { at: number | string }) => <span className="text-sm whitespace-nowrap text-quiet">{ago(at)}</span>;

function RobotLink({ number, gone }: { number: number; gone?: boolean }) {
  return (
    <Link
      href={robotPath(number)}
      aria-label={words.feed.robotPage(number)}
      className={cx("inline-flex min-h-11 items-center text-lg font-bold text-ink", gone && "line-through")}
    >
      {number}
    </Link>
  );
}

function EntryRow({ entry, gone, event, seats }: { entry: Entry; gone: boolean } & Omit<Props, "item">) {
  const { id, scoutedTeamNumber, autoScore, teleopScore, endgameScore, totalScore, scouter, rev, eventCode } = entry;
  const elsewhere = event && (event.eventCode !== eventCode || event.season !== entry.season);
  const match = (elsewhere || !event ? `${eventCode} ` : "") + matchName(entry);
  const marks = [
    gone ? words.feed.deleted : rev > 1 ? words.feed.edited : "",
    entry.source === "import" ? words.feed.imported : "",
    entry.courierId ? words.feed.brought : "",
  ].filter(Boolean);
  return (
    <li className={cx(line, "arrive", gone && "text-quiet")} data-entry={id} data-gone={gone || undefined} data-rev={rev}>
      <Robot alliance={allianceOf(entry.alliance)} station={seats[consensusKey(entry, scoutedTeamNumber)] ?? 0} />
      <div className="min-w-0">
        <div className="flex items-baseline gap-3">
          <RobotLink number={scoutedTeamNumber} gone={gone} />
          <Link
            href={entryPath(id)}
            aria-label={words.feed.open(match, scoutedTeamNumber)}
            className="inline-flex min-h-11 items-center font-medium whitespace-nowrap"
          >
            {match}
          </Link>
          {marks.length > 0 && <span className="text-sm font-medium text-warn">{marks.join(" · ")}</span>}
        </div>
        <p className="-mt-1.5 flex gap-x-2 pb-1 text-sm text-quiet">
          <span className="truncate">{scouter.displayName}</span>
          <span className="whitespace-nowrap">· {ago(entry.createdAt)}</span>
        </p>
      </div>
      <div className="text-right leading-tight">
        <span className={cx("block text-xl font-bold", gone && "line-through")}>{totalScore}</span>
        <span className="sr-only">{words.feed.phasesTold(autoScore, teleopScore, endgameScore)}</span>
        <span className="text-sm whitespace-nowrap text-quiet" aria-hidden="true">
          {words.feed.phases(autoScore, teleopScore, endgameScore)}
        </span>
      </div>
    </li>
  );
}

function NoteRow({ note }: { note: Note }) {
  const { reliability, driverSkill, defence, text, author, scoutedTeamNumber, matchNumber } = note;
  const ratings = [
    reliability && words.feed.reliability(reliability),
    driverSkill && words.feed.driver(driverSkill),
    defence && words.feed.defence(defence),
  ].filter((part) => !!part) as string[];
  return (
    <li className={cx(line, "arrive")} data-note={note.id}>
      <Icon name="list" className="mx-1.5 size-5 text-quiet" />
      <div className="min-w-0">
        <div className="flex items-baseline gap-3">
          <RobotLink number={scoutedTeamNumber} />
          {!!matchNumber && <span className="font-medium">{matchName(note as unknown as Entry)}</span>}
          <span className="truncate text-sm text-quiet">{words.feed.note(author.displayName)}</span>
        </div>
        {text && <p className="-mt-1 pb-1 break-words">{text}</p>}
        {ratings.length > 0 && <p className="pb-1 text-sm text-quiet">{words.feed.ratings(ratings)}</p>}
      </div>
      <When at={note.createdAt} />
    </li>
  );
}
