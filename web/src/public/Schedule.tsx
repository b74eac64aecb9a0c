import { Button, Empty } from "../ui";
import { words } from "../words/public";
import { useFollowed } from "./address";
import { type About, Part, Rows } from "./rows";
import type { Match } from "./state";

/** Schedule lists all matches in the order of play, or those of the team that is followed. */
export function Schedule({ matches, about }: { matches: Match[]; about: About }) {
  const [team, follow] = useFollowed();
  if (matches.length === 0) return <Empty title={words.schedule.empty}>{words.schedule.emptyHelp}</Empty>;
  const shown = team ? matches.filter(({ robots }) => robots?.some(({ teamNumber }) => teamNumber === team)) : matches;
  return (
    <Part>
      {team > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <h2>{words.schedule.of(team)}</h2>
          <Button onClick={() => follow(0)}>{words.schedule.all}</Button>
        </div>
      )}
      {shown.length > 0 ? <Rows matches={shown} about={about} /> : <p className="text-quiet">{words.schedule.none}</p>}
    </Part>
  );
}
