import { useId } from "react";
import { cx } from "../ui";
import { words } from "../words/console";

/** readObject reads a JSON object that somebody has typed, or says what is wrong with it. */
export function readObject(text: string): { value?: Record<string, unknown>; fault?: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return { value: value as Record<string, unknown> };
    return { fault: words.json.object };
  } catch (cause) {
    return { fault: words.json.wrong(cause instanceof Error ? cause.message : "") };
  }
}

type Props = { label: string; value: string; rows?: number; fault?: string; onChange: (text: string) => void };

/** JsonField is a place to type JSON in. */
export function JsonField({ label, value, rows = 8, fault, onChange }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={rows}
        spellCheck={false}
        value={value}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault ? `${id}-fault` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={cx("w-full rounded-lg border bg-card p-3 font-mono text-sm text-ink", fault ? "border-2 border-bad" : "border-edge")}
      />
      {fault && (
        <p id={`${id}-fault`} className="text-sm text-bad">
          {fault}
        </p>
      )}
    </div>
  );
}
