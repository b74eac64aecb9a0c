import type { Schemas } from "../../api";
import { Card, cx } from "../../ui";
import { phaseNames, words } from "../../words/analysis";
import { percent, points, signed, spread } from "../figures";
import { before } from "../order";
import { Sparkline } from "./Sparkline";

type Summary = Schemas["ScoutingSummary"];

/** phases are the parts of a match and the whole, as every figure has them. */
export const phases = ["auto", "teleop", "endgame", "total"] as const;

/** seenOf are the matches of a summary that scouts saw, as they were played. */
export const seenOf = ({ matches }: Summary) => (matches ?? []).filter(({ source }) => source === "scouted").sort(before);

const head = "px-1.5 py-2 sm:px-2 text-right text-sm font-semibold text-quiet";
const cell = "px-1.5 py-2 sm:px-2 text-right whitespace-nowrap";

/** Points is what the robot scored by our scouts, phase by phase. */
export function Points({ summary }: { summary: Summary }) {
  const { scouted, sources } = summary;
  const seen = seenOf(summary);
  const titles = [words.robot.average, words.robot.median, words.robot.best, words.robot.iqr, words.robot.trend];
  return (
    <Card title={words.robot.points(sources.scouted)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard */}
      <section className="-mx-2 overflow-x-auto" tabIndex={0} aria-label={words.robot.points(sources.scouted)}>
        <table className="w-full border-collapse">
          <thead>
            <tr>
              <th scope="col" className="px-2 text-left text-sm font-semibold text-quiet">
                {words.robot.phase}
              </th>
              {titles.map((title) => (
                <th key={title} scope="col" className={cx(head, title === words.robot.median && "max-sm:hidden")}>
                  {title}
                </th>
              ))}
              <td className="max-sm:hidden" />
            </tr>
          </thead>
          <tbody>
            {phases.map((phase) => {
              const values = seen.map(({ score }) => score[phase]);
              const middle = spread(values);
              return (
                <tr key={phase} className={cx("border-t border-line", phase === "total" && "font-semibold")}>
                  <th scope="row" className="px-2 py-2 text-left font-medium">
                    {phaseNames[phase]}
                  </th>
                  <td className={cell} data-figure={`${phase}-average`}>
                    {points(scouted[phase].average)}
                  </td>
                  <td className={cx(cell, "max-sm:hidden")}>{points(scouted[phase].median)}</td>
                  <td className={cell}>{points(scouted[phase].best)}</td>
                  <td className={cell}>{middle && values.length > 1 ? `${points(middle.from)}–${points(middle.to)}` : "–"}</td>
                  <td className={cell}>{scouted[phase].matches > 1 ? signed(scouted[phase].trend) : "–"}</td>
                  <td className="w-28 px-2 max-sm:hidden">
                    <Sparkline values={values} label={words.robot.sparkline(phaseNames[phase], values)} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <p className="text-sm text-quiet">{words.robot.legend}</p>
      {sources.deduced > 0 && <Deduced summary={summary} />}
    </Card>
  );
}

// Deduced is what matches say that nobody watched; it is never mixed with what scouts saw.
function Deduced({ summary: { deduced, sources } }: { summary: Summary }) {
  return (
    <p className="rounded-lg border border-dashed border-edge px-3 py-2 text-sm">
      <strong>{words.robot.computed}</strong>{" "}
      {words.robot.deduced(
        sources.deduced,
        points(deduced.total.average),
        points(deduced.auto.average),
        points(deduced.teleop.average),
        points(deduced.endgame.average),
      )}
    </p>
  );
}

/** Official stands the officials' figures beside our own. */
export function Official({ summary: { official, ratings, scouted, sources } }: { summary: Summary }) {
  const own = (phase: (typeof phases)[number]) => (sources.scouted > 0 ? points(scouted[phase].average) : "–");
  const rows = [
    { phase: "auto", epa: ratings?.epaParts.auto, opr: ratings?.oprByPhase.auto },
    { phase: "teleop", epa: ratings?.epaParts.teleop, opr: ratings?.oprByPhase.teleop },
    { phase: "endgame", epa: ratings?.epaParts.endgame, opr: ratings?.oprByPhase.endgame },
    { phase: "total", epa: ratings?.epa, opr: ratings?.thin ? ratings.ridgeNoFoulOpr : ratings?.noFoulOpr },
  ] as const;
  return (
    <Card title={words.robot.ratings}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th scope="col" className="text-left text-sm font-semibold text-quiet">
              {words.robot.phase}
            </th>
            <th scope="col" className={head}>
              {words.robot.ours}
            </th>
            <th scope="col" className={head}>
              EPA
            </th>
            <th scope="col" className={head}>
              NP OPR
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ phase, epa, opr }) => (
            <tr key={phase} className={cx("border-t border-line", phase === "total" && "font-semibold")}>
              <th scope="row" className="py-2 text-left font-medium">
                {phaseNames[phase]}
              </th>
              <td className={cell}>{own(phase)}</td>
              <td className={cell}>{points(epa)}</td>
              <td className={cell}>{points(opr)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="text-sm text-quiet">
        {ratings ? words.robot.ratingsHelp(ratings.epaParts.matches, ratings.thin) : words.robot.unrated}
      </p>
      {official && (
        <dl className="flex flex-wrap gap-x-6 gap-y-2">
          <Fact word={words.robot.record}>{`${official.wins}–${official.losses}–${official.ties}`}</Fact>
          <Fact word={words.robot.allianceAverage}>{points(official.averageNoFoul)}</Fact>
          <Fact word={words.robot.noShows} bad={official.noShows > 0}>
            {official.noShows}
          </Fact>
          <Fact word={words.robot.disqualified} bad={official.disqualified > 0}>
            {official.disqualified}
          </Fact>
        </dl>
      )}
    </Card>
  );
}

function Fact({ word, bad, children }: { word: string; bad?: boolean; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-sm text-quiet">{word}</dt>
      <dd className={cx("font-semibold", bad && "text-bad")}>{children}</dd>
    </div>
  );
}

/** Capabilities are in how many of its matches the robot did something at all. */
export function Capabilities({ summary: { capabilities, fields } }: { summary: Summary }) {
  const phaseOf = new Map(fields?.map(({ key, phase }) => [key, phase]));
  return (
    <Card title={words.robot.capabilities}>
      <ul className="grid gap-1.5">
        {capabilities?.map(({ key, value, label, done, matches }) => (
          <li key={`${key} ${value}`} className="grid grid-cols-[1fr_6rem_4.5rem] items-center gap-3">
            <span className="min-w-0 truncate">
              {label} <span className="text-sm text-quiet">{phaseNames[phaseOf.get(key) ?? ""]}</span>
            </span>
            <span aria-hidden="true" className="h-2 rounded-full bg-line">
              <span className="block h-2 rounded-full bg-accent" style={{ width: `${matches > 0 ? (100 * done) / matches : 0}%` }} />
            </span>
            <span className="text-right">{words.robot.of(done, matches)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Fields are the figures of each field of the form. */
export function Fields({ summary: { fields } }: { summary: Summary }) {
  return (
    <Card title={words.robot.fields}>
      <ul className="grid gap-1.5">
        {fields?.map(({ key, label, phase, count, rates }) => (
          <li key={key} className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 truncate">
              {label} <span className="text-sm text-quiet">{phaseNames[phase] ?? phase}</span>
            </span>
            <span className="text-right text-sm">
              {count
                ? words.robot.field(points(count.average), points(count.best))
                : rates
                    ?.filter(({ rate }) => rate > 0)
                    .map(({ value, rate }) => words.robot.rate(value, percent(rate)))
                    .join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
