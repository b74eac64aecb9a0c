import { type ReactNode, useMemo, useState } from "react";
import { words } from "../words/app";
import { cx } from "./cx";
import { Icon } from "./Icon";

/** Column is one column of a DataTable. by makes it sortable. */
export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  by?: (row: Row) => number | string | null | undefined;
  number?: boolean; // aligned at its digits; the largest first
  hideOnPhone?: boolean;
  pinned?: boolean; // stays in sight while the table scrolls sideways
  untitled?: boolean; // the cells speak for themselves; the title is for screen readers
}

type Props<Row> = {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  sort?: { key: string; down: boolean };
  onSort?: (sort: { key: string; down: boolean }) => void;
  marked?: (row: Row) => boolean;
};

/** DataTable is a table whose heading stays in sight. It sorts by itself, or as sort says where the page keeps that. */
export function DataTable<Row>({ caption, columns, rows, rowKey, sort, onSort, marked }: Props<Row>) {
  const [own, setOwn] = useState<{ key: string; down: boolean } | undefined>(sort);
  const order = onSort ? sort : own;
  const sorted = useMemo(() => sortRows(rows, columns, order), [rows, columns, order]);
  const change = (column: Column<Row>) => {
    const next = { key: column.key, down: order?.key === column.key ? !order.down : !!column.number };
    (onSort ?? setOwn)(next);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
    <section className="min-w-0 overflow-x-auto rounded-card border border-line bg-card" tabIndex={0} aria-label={caption}>
      <table className="w-full border-collapse text-[.9375rem]">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-card">
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order} onChange={() => change(column)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={rowKey(row)} className={cx("border-t border-line", marked?.(row) ? "bg-accent-wash" : "bg-card")}>
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={cx(
                    "p-2",
                    column.number && "text-right sm:whitespace-nowrap",
                    column.hideOnPhone && "max-sm:hidden",
                    column.pinned && "sticky left-0 z-1 bg-inherit",
                  )}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Heading<Row>({ column, order, onChange }: { column: Column<Row>; order?: { key: string; down: boolean }; onChange: () => void }) {
  const here = order?.key === column.key;
  const sorted = here ? (order.down ? "descending" : "ascending") : undefined;
  return (
    <th
      scope="col"
      aria-sort={sorted}
      className={cx(
        "px-1 text-left text-sm font-semibold text-quiet",
        column.number && "text-right",
        column.hideOnPhone && "max-sm:hidden",
        column.pinned && "sticky left-0 z-1 bg-card",
      )}
    >
      {column.by ? (
        <button
          type="button"
          className={cx("inline-flex min-h-11 items-center gap-1 rounded-md px-1 whitespace-nowrap", here && "text-ink")}
          title={words.sortBy(column.title)}
          onClick={onChange}
        >
          {column.title}
          <Icon name={here && !order.down ? "up" : "down"} className={cx("size-3.5", !here && "opacity-30 max-sm:hidden")} />
        </button>
      ) : (
        <span className={column.untitled ? "sr-only" : "inline-flex min-h-11 items-center px-1"}>{column.title}</span>
      )}
    </th>
  );
}

/** sortRows puts rows in order; what has no value comes last both ways. */
export function sortRows<Row>(rows: Row[], columns: Column<Row>[], order?: { key: string; down: boolean }): Row[] {
  const by = columns.find(({ key }) => key === order?.key)?.by;
  if (!by) return rows;
  const sign = order?.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by(a) ?? null, by(b) ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (
      sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true }))
    );
  });
}
