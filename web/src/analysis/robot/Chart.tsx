import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useStore } from "../../store";
import { look } from "../../theme";

type Props = { labels: string[]; series: { name: string; values: number[] }[] };

// Lines differ by their dashes and points too, not by colour alone.
const dashes = [[2, 3], [8, 4], [12, 3, 2, 3], []];
const colours = ["--blue-ink", "--warn", "--red-ink", "--accent-text"];

/** Chart draws the course of some figures. It has no text of its own beyond the legend: the page gives the same as a table. */
export default function Chart({ labels, series }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useStore(look);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another look has other colours
  useEffect(() => {
    const element = box.current!;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const chart = new uPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(10, max * 1.1)] } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10], values: (_, ticks) => ticks.map((tick) => labels[tick] ?? "") },
          { ...axis, size: 36 },
        ],
        series: [
          { value: (_, i) => labels[i] ?? "" },
          ...series.map(({ name }, i) => ({
            label: name,
            stroke: colour(colours[i]),
            width: i === series.length - 1 ? 3 : 2,
            dash: dashes[i],
            points: { show: true, size: 7, fill: colour("--card") },
          })),
        ],
      },
      [labels.map((_, i) => i), ...series.map(({ values }) => values)],
      element,
    );
    const fit = new ResizeObserver(() => chart.setSize(size()));
    fit.observe(element);
    return () => {
      fit.disconnect();
      chart.destroy();
    };
  }, [labels, series, drawn]);
  return (
    <div className="grid h-full grid-rows-[1fr_auto] gap-2">
      <div ref={box} className="min-h-0 min-w-0 overflow-hidden" />
      <ul className="flex flex-wrap justify-center gap-x-4 text-sm">
        {series.map(({ name }, i) => (
          <li key={name} className="flex items-center gap-2">
            <svg viewBox="0 0 32 8" className="h-2 w-8" role="presentation">
              <line
                x1="0"
                y1="4"
                x2="32"
                y2="4"
                stroke={`var(${colours[i]})`}
                strokeWidth={i === series.length - 1 ? 3 : 2}
                strokeDasharray={dashes[i].join(" ")}
              />
            </svg>
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
