import { lazy, Suspense, useMemo } from "react";
import type { Schemas } from "../../api";
import { Card } from "../../ui";
import { phaseNames, words } from "../../words/analysis";
import { before, short } from "../order";
import { phases } from "./Summary";

const Chart = lazy(() => import("./Chart"));

/** Trend is the robot's points from match to match: a chart, and the same as a table for whoever does not see it. */
export function Trend({ summary }: { summary: Schemas["ScoutingSummary"] }) {
  const matches = useMemo(() => [...(summary.matches ?? [])].sort(before), [summary.matches]);
  if (matches.length < 2) return null;
  return (
    <Card title={words.robot.course}>
      <div className="h-64" aria-hidden="true">
        <Suspense fallback={<div className="h-full animate-pulse rounded-lg bg-sunken" />}>
          <Chart
            labels={matches.map(short)}
            series={phases.map((phase) => ({ name: phaseNames[phase], values: matches.map(({ score }) => score[phase]) }))}
          />
        </Suspense>
      </div>
      <details>
        <summary className="flex min-h-11 items-center font-medium text-accent-text">{words.robot.asTable}</summary>
        <table className="w-full border-collapse">
          <caption className="sr-only">{words.robot.course}</caption>
          <thead>
            <tr>
              <th scope="col" className="text-left text-sm font-semibold text-quiet">
                {words.robot.match}
              </th>
              {phases.map((phase) => (
                <th key={phase} scope="col" className="px-2 text-right text-sm font-semibold text-quiet">
                  {phaseNames[phase]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matches.map((match) => (
              <tr key={short(match)} className="border-t border-line">
                <th scope="row" className="py-1 text-left font-medium">
                  {short(match)}
                </th>
                {phases.map((phase) => (
                  <td key={phase} className="px-2 py-1 text-right">
                    {match.score[phase]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Card>
  );
}
