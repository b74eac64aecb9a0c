import { matchKey } from "../scout/wire";
import { cx, Icon, Robot } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import type { Cell, Row } from "./board";
import { look } from "./look";

type Props = { rows: Row[]; seats: string[]; onOpen: (cell: Cell) => void };

/** CoverageGrid is matches by robots, each with its state in a colour, a sign and a word. */
export function CoverageGrid({ rows, seats, onOpen }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
    <section className="min-w-0 overflow-x-auto" tabIndex={0} aria-label={words.coverage.title}>
      <table className="w-full table-fixed border-separate border-spacing-1">
        <caption className="sr-only">{words.coverage.lead}</caption>
        <thead>
          <tr>
            <th scope="col" className="w-10 px-1 text-left text-sm font-semibold text-quiet sm:w-16">
              <span className="max-sm:sr-only">{words.coverage.match}</span>
            </th>
            {seats.map((seat) => (
              <th key={seat} scope="col" className="pb-1 text-left">
                <Robot alliance={seat[0] === "R" ? "red" : "blue"} station={Number(seat[1])} size="small" />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <MatchCells key={matchKey(row.match)} row={row} seats={seats} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MatchCells({ row, seats, onOpen }: { row: Row } & Pick<Props, "seats" | "onOpen">) {
  return (
    <>
      <tr>
        <th scope="row" className={cx("px-1 text-left font-semibold", !row.match.due && "font-medium text-quiet")}>
          {matchName(row.match)}
        </th>
        {seats.map((seat) => {
          const cell = row.seats.get(seat);
          return (
            <td key={seat} className="p-0">
              {cell && <CellButton cell={cell} onOpen={onOpen} />}
            </td>
          );
        })}
      </tr>
      {row.others.length > 0 && (
        <tr>
          <th scope="row" className="px-1 text-left text-xs font-medium text-quiet">
            {words.coverage.others}
          </th>
          <td colSpan={seats.length} className="p-0">
            <div className="flex flex-wrap gap-1">
              {row.others.map((cell) => (
                <CellButton key={cell.robot.scoutedTeamNumber} cell={cell} onOpen={onOpen} />
              ))}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

function CellButton({ cell, onOpen }: { cell: Cell; onOpen: (cell: Cell) => void }) {
  const { match, robot, state, reports, seat } = cell;
  const scouts = (robot.assigned ?? []).map((s) => s.displayName).join(", ");
  const word = words.coverage.states[state] + (reports > 2 ? ` ${words.coverage.times(reports)}` : "");
  const { cell: shape, icon } = look[state];
  return (
    <button
      type="button"
      data-cell={`${matchName(match)} ${robot.scoutedTeamNumber}`}
      data-state={state}
      className={cx("grid min-h-14 w-full content-center rounded-md border px-1.5 py-1 text-left leading-tight sm:px-2", shape)}
      onClick={() => onOpen(cell)}
    >
      <span className="font-bold text-ink">
        <span className="sr-only">{words.coverage.place(matchName(match), seat)}</span>
        {robot.scoutedTeamNumber}
      </span>
      <span className="flex min-w-0 items-center gap-1 text-xs font-medium">
        {icon && <Icon name={icon} className="size-3.5 max-sm:hidden" />}
        {state === "planned" && <span className="sr-only">{words.coverage.stands(word)}</span>}
        <span className="truncate">{state === "planned" ? scouts : word}</span>
      </span>
    </button>
  );
}
