import type { Schemas } from "../../api";
import { Card } from "../../ui";
import { words } from "../../words/analysis";
import { percent, points } from "../figures";

/** Chance is who is expected to win, by how much, and what that rests on. */
export function Chance({ forecast }: { forecast: Schemas["RatingsForecast"] }) {
  const { red, blue, redWins, blueWins, redTeams, blueTeams, unknown } = forecast;
  const counted = [...(redTeams ?? []), ...(blueTeams ?? [])]
    .filter(({ n }) => n > 0)
    .map(({ teamNumber, n }) => words.brief.rated(teamNumber, n));
  return (
    <Card>
      <div className="grid grid-cols-2 gap-2">
        <p>
          <span className="block font-semibold text-red-ink">{words.alliance.RED}</span>
          <span className="text-3xl font-bold" data-chance="red">
            {percent(redWins)}
          </span>
          <span className="block text-quiet" data-points="red">
            {words.brief.expected(points(red))}
          </span>
        </p>
        <p className="text-right">
          <span className="block font-semibold text-blue-ink">{words.alliance.BLUE}</span>
          <span className="text-3xl font-bold" data-chance="blue">
            {percent(blueWins)}
          </span>
          <span className="block text-quiet" data-points="blue">
            {words.brief.expected(points(blue))}
          </span>
        </p>
      </div>
      <div role="img" aria-label={words.brief.bar(percent(redWins), percent(blueWins))} className="flex h-4 gap-1">
        <span className="rounded-sm bg-red" style={{ width: `${100 * redWins}%` }} />
        <span className="flex-1 rounded-full bg-blue" />
      </div>
      <p className="text-sm text-quiet">
        {words.brief.rests(counted)} {unknown && unknown.length > 0 && words.brief.unknown(unknown)}
      </p>
    </Card>
  );
}
