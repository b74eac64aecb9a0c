import { useQuery } from "@tanstack/react-query";
import { useLocation, useSearch } from "wouter";
import { get, type Schemas } from "../../api";
import { Card, cx, Empty, Icon, IconButton, Loaded, Page, Select } from "../../ui";
import { phaseNames, words } from "../../words/analysis";
import { AnalysisTabs } from "../AnalysisTabs";
import { AtEvent, OtherEvent } from "../AtEvent";
import { type At, shareable } from "../at";
import { points } from "../figures";
import { bestOf, linesOf, numbersOf } from "./table";

/** ComparePage sets two to six robots side by side. The address keeps which. */
export default function ComparePage() {
  return <AtEvent title={words.compare.title}>{(at) => <Compare at={at} />}</AtEvent>;
}

function Compare({ at }: { at: At }) {
  const numbers = numbersOf(new URLSearchParams(useSearch()).get("robots"));
  const [, go] = useLocation();
  const choose = (next: number[]) => go(shareable("/analysis/compare", at, { robots: next.join(",") }), { replace: true });
  return (
    <Page title={words.compare.title} lead={words.event.at(at.eventCode)} actions={<OtherEvent at={at} path="/analysis/compare" />}>
      <AnalysisTabs />
      <Choice at={at} numbers={numbers} onChange={choose} />
      {numbers.length < 2 ? <Empty icon="analysis" title={words.compare.few} /> : <Side at={at} numbers={numbers} />}
    </Page>
  );
}

function Choice({ at, numbers, onChange }: { at: At; numbers: number[]; onChange: (next: number[]) => void }) {
  const teams = useQuery(get("/api/events/{code}/teams", at.event));
  const others = (teams.data ?? []).filter(({ teamNumber }) => !numbers.includes(teamNumber));
  return (
    <div className="flex flex-wrap items-center gap-2">
      {numbers.map((number) => (
        <span key={number} className="inline-flex items-center rounded-lg border border-line bg-card pl-3 font-semibold">
          {number}
          <IconButton icon="close" label={words.compare.drop(number)} onClick={() => onChange(numbers.filter((n) => n !== number))} />
        </span>
      ))}
      {numbers.length < 6 && (
        <Select label={words.compare.add} hideLabel value="" onChange={(event) => onChange([...numbers, Number(event.target.value)])}>
          <option value="">{words.compare.add}</option>
          {others.map(({ teamNumber, name }) => (
            <option key={teamNumber} value={teamNumber}>
              {`${teamNumber} ${name}`}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

function Side({ at, numbers }: { at: At; numbers: number[] }) {
  const compared = useQuery(get("/api/scouting/compare", { query: { ...at.query, teams: numbers.join(",") } }));
  return (
    <Loaded from={compared} rows={6}>
      {(robots) => (
        <>
          <Bars robots={robots} />
          <Table robots={robots} />
        </>
      )}
    </Loaded>
  );
}

const parts = ["auto", "teleop", "endgame"] as const;
const fills = ["bg-blue", "bg-accent", "bg-warn"];

/** Bars are the average points, phase behind phase; the figures stand in them. */
function Bars({ robots }: { robots: Schemas["ScoutingSummary"][] }) {
  const top = Math.max(1, ...robots.map(({ scouted }) => scouted.total.average));
  return (
    <Card title={words.compare.bars}>
      <ul className="grid gap-2">
        {robots.map(({ teamNumber, scouted, sources }) => (
          <li key={teamNumber} className="grid grid-cols-[4rem_1fr_3.5rem] items-center gap-2">
            <strong>{teamNumber}</strong>
            {sources.scouted === 0 ? (
              <span className="text-quiet">{words.robot.notScouted}</span>
            ) : (
              <span
                role="img"
                aria-label={words.compare.bar(parts.map((phase) => `${phaseNames[phase]} ${points(scouted[phase].average)}`).join(", "))}
                className="flex h-7 gap-0.5"
              >
                {parts.map((phase, i) => (
                  <span
                    key={phase}
                    className={cx("h-7 rounded-sm", fills[i])}
                    style={{ width: `${(100 * scouted[phase].average) / top}%` }}
                  />
                ))}
              </span>
            )}
            <span className="text-right font-semibold">{sources.scouted > 0 && points(scouted.total.average)}</span>
          </li>
        ))}
      </ul>
      <ul className="flex flex-wrap gap-x-4 text-sm text-quiet">
        {parts.map((phase, i) => (
          <li key={phase} className="flex items-center gap-1.5">
            <span aria-hidden="true" className={cx("size-3 rounded-sm", fills[i])} />
            {words.compare.part(i + 1, phaseNames[phase])}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Table({ robots }: { robots: Schemas["ScoutingSummary"][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
    <section className="min-w-0 overflow-x-auto rounded-card border border-line bg-card" tabIndex={0} aria-label={words.compare.table}>
      <table className="w-full border-collapse">
        <caption className="sr-only">{words.compare.table}</caption>
        <thead>
          <tr>
            <td className="px-3" />
            {robots.map(({ teamNumber }) => (
              <th key={teamNumber} scope="col" className="px-3 py-2 text-right">
                {teamNumber}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {linesOf(robots).map((line) => {
            const best = bestOf(line);
            return (
              <tr key={line.key} data-line={line.key} className="border-t border-line">
                <th scope="row" className="px-3 py-2 text-left font-medium">
                  {line.title}
                </th>
                {line.values.map((value, i) => (
                  <td key={robots[i].teamNumber} className={cx("px-3 py-2 text-right whitespace-nowrap", best.includes(i) && "font-bold")}>
                    {best.includes(i) && (
                      <span className="mr-1 inline-flex align-middle text-accent-text">
                        <Icon name="check" className="size-4" />
                        <span className="sr-only">{words.compare.isBest}</span>
                      </span>
                    )}
                    <span data-value>{points(value)}</span>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
