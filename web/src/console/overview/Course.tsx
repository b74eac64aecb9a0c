import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useStore } from "../../store";
import { look } from "../../theme";
import { words } from "../../words/console";
import { kept, type Point } from "./course";

/** Line is one line of a chart. */
export interface Line {
  name: string;
  of: Exclude<keyof Point, "at">;
}

type Props = { title: string; points: Point[]; lines: Line[]; shown: (value: number) => string };

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortest = 60; // s that a chart shows at least

const colours = ["--accent-text", "--warn"];
const dashes = [[], [4, 4]];

const columns = (points: Point[], lines: Line[]): uPlot.AlignedData => [
  points.map(({ at }) => at),
  ...lines.map(({ of }) => points.map((point) => point[of])),
];

/** Course draws how some figures went in the last minutes. For who does not see it, its name tells the newest. */
export default function Course({ title, points, lines, shown }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const drawn = useStore(look);
  const latest = useRef({ points, lines, shown });
  latest.current = { points, lines, shown };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another look has other colours
  useEffect(() => {
    const element = box.current!;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const made = new uPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: (_, min, max) => [Math.min(max - shortest, Math.max(min, max - kept)), max] },
          y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.15)] },
        },
        axes: [
          { ...axis, space: 80, size: 28, values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1000)) },
          { ...axis, size: 62, values: (_, ticks) => ticks.map((tick) => latest.current.shown(tick)) },
        ],
        series: [
          {},
          ...latest.current.lines.map((_, i) => ({ stroke: colour(colours[i]!), width: 2, dash: dashes[i], points: { show: false } })),
        ],
      },
      columns(latest.current.points, latest.current.lines),
      element,
    );
    chart.current = made;
    const fit = new ResizeObserver(() => made.setSize(size()));
    fit.observe(element);
    return () => {
      fit.disconnect();
      made.destroy();
    };
  }, [drawn]);
  useEffect(() => chart.current?.setData(columns(points, lines)), [points, lines]);
  const now = points.at(-1);
  const told = lines.map(({ name, of }) => words.overview.pair(name, now?.[of] == null ? words.unknown : shown(now[of])));
  return (
    <figure className="m-0 grid min-w-0 gap-1" aria-label={words.overview.course(title, told.join(", "))}>
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
        <span className="font-semibold">{title}</span>
        <span className="flex flex-wrap gap-x-3 text-quiet">
          {lines.map(({ name, of }, i) => (
            <span key={of} className="flex items-center gap-1.5">
              <svg viewBox="0 0 20 4" className="h-1 w-5" aria-hidden="true">
                <line x1="0" y1="2" x2="20" y2="2" stroke={`var(${colours[i]})`} strokeWidth="3" strokeDasharray={dashes[i]!.join(" ")} />
              </svg>
              {told[i] && lines.length > 1 ? told[i] : name}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={box} className="h-40 min-w-0 overflow-hidden" aria-hidden="true" />
    </figure>
  );
}
