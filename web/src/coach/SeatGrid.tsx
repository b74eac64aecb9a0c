import { type DragEvent, type KeyboardEvent, useState } from "react";
import { matchKey } from "../scout/wire";
import { cx, Robot } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import type { Cell, Row } from "./board";
import type { Seat } from "./plan";

type Props = {
  rows: Row[];
  seats: string[];
  own: number;
  mayEdit: boolean;
  busy: boolean;
  onOpen: (seat: Seat) => void;
  onMove: (from: Seat, to: Seat) => void;
  onClear: (seat: Seat) => void;
};

const seatOfCell = ({ match, robot }: Cell): Seat => ({ match, robot, scout: robot.assigned?.[0]?.id });
const sameSeat = (a: Seat, b: Seat) => matchKey(a.match) === matchKey(b.match) && a.robot.scoutedTeamNumber === b.robot.scoutedTeamNumber;
const steps: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** SeatGrid is who watches which robot: drag a scout to another robot, or take them up with M and put them down with Enter. */
export function SeatGrid({ rows, seats, own, mayEdit, busy, onOpen, onMove, onClear }: Props) {
  const [held, setHeld] = useState<Seat>();
  const drop = (to: Seat) => {
    if (held && !sameSeat(held, to)) onMove(held, to);
    setHeld(undefined);
  };
  const press = (event: KeyboardEvent<HTMLElement>, seat: Seat) => {
    const step = steps[event.key];
    if (step) focusBeside(event, step);
    else if ((event.key === "m" || event.key === "M") && seat.scout) setHeld(held && sameSeat(held, seat) ? undefined : seat);
    else if (event.key === "Escape") setHeld(undefined);
    else if ((event.key === "Delete" || event.key === "Backspace") && seat.scout) onClear(seat);
    else if (event.key === "Enter" && held) drop(seat);
    else return;
    event.preventDefault();
  };
  const holder = held?.robot.assigned?.find(({ id }) => id === held.scout)?.displayName ?? "";
  return (
    <section className="grid min-w-0 gap-2" aria-label={words.plan.title} aria-busy={busy || undefined}>
      {mayEdit && (
        <p role="status" className={cx("text-sm", held ? "font-medium text-accent-text" : "text-quiet")}>
          {held ? words.plan.holding(holder) : words.plan.how} {!held && <span className="max-sm:hidden">{words.plan.keys}</span>}
        </p>
      )}
      <div className="overflow-x-auto">
        <table className="w-full table-fixed border-separate border-spacing-1" data-plan>
          <caption className="sr-only">{words.plan.lead}</caption>
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
            {rows.map((row, y) => (
              <tr key={matchKey(row.match)}>
                <th scope="row" className="px-1 text-left font-semibold">
                  {matchName(row.match)}
                </th>
                {seats.map((name, x) => {
                  const cell = row.seats.get(name);
                  if (!cell) return <td key={name} />;
                  const seat = seatOfCell(cell);
                  return (
                    <td key={name} className="p-0">
                      <SeatButton
                        cell={cell}
                        at={`${y},${x}`}
                        own={cell.robot.scoutedTeamNumber === own}
                        mayEdit={mayEdit}
                        held={!!held && sameSeat(held, seat)}
                        target={!!held && !sameSeat(held, seat)}
                        onPress={(event) => press(event, seat)}
                        onOpen={() => (held ? drop(seat) : onOpen(seat))}
                        onTake={() => setHeld(seat)}
                        onDrop={() => drop(seat)}
                        onLeave={() => setHeld(undefined)}
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function focusBeside(event: KeyboardEvent<HTMLElement>, [dy, dx]: [number, number]) {
  const [y, x] = event.currentTarget.dataset.at!.split(",").map(Number);
  const next = event.currentTarget.closest("table")?.querySelector<HTMLElement>(`[data-at="${y + dy},${x + dx}"]`);
  next?.focus();
}

type SeatProps = {
  cell: Cell;
  at: string;
  own: boolean;
  mayEdit: boolean;
  held: boolean;
  target: boolean;
  onPress: (event: KeyboardEvent<HTMLElement>) => void;
  onOpen: () => void;
  onTake: () => void;
  onDrop: () => void;
  onLeave: () => void;
};

function SeatButton({ cell, at, own, mayEdit, held, target, onPress, onOpen, onTake, onDrop, onLeave }: SeatProps) {
  const { match, robot, seat } = cell;
  const names = (robot.assigned ?? []).map((s) => s.displayName).join(", ");
  const nobody = own ? words.coverage.states.own : words.coverage.states.open;
  const inside = (
    <>
      <span className="text-xs text-quiet">
        <span className="sr-only">{words.coverage.place(matchName(match), seat)}</span>
        {robot.scoutedTeamNumber}
      </span>
      <span className={cx("truncate text-sm font-semibold sm:text-base", !names && "font-normal text-quiet")}>{names || nobody}</span>
    </>
  );
  const shape = "grid min-h-13 w-full content-center rounded-md border px-1.5 py-1 text-left leading-tight sm:px-2";
  const tone = names ? "border-line bg-card" : own ? "border-transparent" : "border-dashed border-warn bg-warn-wash";
  if (!mayEdit) return <div className={cx(shape, tone)}>{inside}</div>;
  return (
    <button
      type="button"
      data-at={at}
      data-seat={`${matchName(match)} ${seat}`}
      data-scouts={names}
      aria-pressed={held || undefined}
      draggable={names !== ""}
      className={cx(shape, tone, held && "outline-3 outline-accent", target && "border-accent")}
      onClick={onOpen}
      onKeyDown={onPress}
      onDragStart={(event: DragEvent) => {
        event.dataTransfer.setData("text/plain", names);
        event.dataTransfer.effectAllowed = "move";
        onTake();
      }}
      onDragOver={(event: DragEvent) => event.preventDefault()}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        onDrop();
      }}
      onDragEnd={onLeave}
    >
      {inside}
    </button>
  );
}
