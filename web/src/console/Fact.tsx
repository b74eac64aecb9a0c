import type { ReactNode } from "react";
import { cx } from "../ui";

/** Facts are a few names with their values. */
export function Facts({ of }: { of: [name: string, value: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[fit-content(45%)_minmax(0,1fr)] gap-x-4 gap-y-1">
      {of.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-quiet">{name}</dt>
          <dd className="m-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const tones = {
  good: "bg-good-wash text-good",
  warn: "bg-warn-wash text-warn",
  bad: "bg-bad-wash text-bad",
  plain: "bg-sunken text-quiet",
};

/** Badge is a word about a row. */
export function Badge({ tone = "plain", children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return <span className={cx("inline-block rounded-md px-1.5 py-0.5 text-sm font-medium whitespace-nowrap", tones[tone])}>{children}</span>;
}

/** RowButton is a button in a row of a table; label says what it does with this row. */
export function RowButton({
  label,
  danger,
  onClick,
  children,
}: {
  label: string;
  danger?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onClick}
      className={cx(
        "min-h-9 rounded-lg border px-2.5 font-medium whitespace-nowrap",
        danger ? "border-bad/60 text-bad" : "border-edge/60 text-accent-text",
      )}
    >
      {children}
    </button>
  );
}
