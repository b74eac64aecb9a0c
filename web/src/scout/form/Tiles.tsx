import { memo } from "react";
import { cx } from "../../ui";
import { words } from "../../words/scout";
import type { Answer, Field } from "../wire";
import { tick } from "./hand";
import { steps } from "./log";
import { press } from "./press";

type Tap = (field: string, change: Answer) => void;
type Props = { field: Field; value: Answer | undefined; tap: Tap };

// What a tap changes stays in its tile: the browser need not lay out or paint the others.
const tile = "grid min-h-24 rounded-card border-2 bg-card contain-content";
// A tap shows at once: no transition, and nothing that waits for a frame of its own.
const flash = "touch-pan-y select-none active:bg-accent-wash";
const small = cx("min-h-12 min-w-11 flex-1 border-line text-lg font-semibold text-quiet disabled:opacity-30", flash);

/** Tile is one field of the form; the whole of it is to be hit without looking. */
export const Tile = memo(function Tile(props: Props) {
  if (props.field.type === "count") return <CountTile {...props} />;
  return props.field.type === "flag" ? <FlagTile {...props} /> : <ChoiceTile {...props} />;
});

function CountTile({ field, value, tap }: Props) {
  const { key, label, help } = field;
  const n = Number(value ?? 0);
  const change = (by: number) => () => {
    tick();
    tap(key, by);
  };
  return (
    <div className={cx(tile, "grid-rows-[1fr_auto]", n > (field.min ?? 0) ? "border-accent" : "border-line")} data-field={key}>
      <button
        type="button"
        title={help}
        className={cx("grid min-h-16 content-center justify-items-center gap-1 px-2", flash)}
        {...press(change(1))}
      >
        <span className="text-center leading-tight font-medium text-quiet">{label}</span>
        <span className="h-12 w-full text-center text-5xl leading-none font-bold contain-strict" data-value>
          {n}
        </span>
      </button>
      <div className="flex divide-x-2 divide-line border-t-2 border-line">
        <button type="button" className={small} disabled={n <= (field.min ?? 0)} {...press(change(-1))}>
          <span className="sr-only">{label}</span> {words.form.minus}
        </button>
        {steps(field).map((by) => (
          <button key={by} type="button" className={small} disabled={n >= (field.max ?? n + 1)} {...press(change(by))}>
            <span className="sr-only">{label}</span> {words.form.plus(by)}
          </button>
        ))}
      </div>
    </div>
  );
}

function FlagTile({ field: { key, label, help }, value, tap }: Props) {
  const on = value === true;
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      title={help}
      data-field={key}
      className={cx(
        tile,
        flash,
        "content-center justify-items-center gap-1 px-2",
        on ? "border-accent bg-accent-wash text-accent-text" : "border-line",
      )}
      {...press(() => {
        tick();
        tap(key, !on);
      })}
    >
      <span className="text-center leading-tight font-medium">{label}</span>
      <span className="text-3xl leading-none font-bold" data-value>
        {on ? words.form.on : words.form.off}
      </span>
    </button>
  );
}

function ChoiceTile({ field: { key, label, choices = [], help }, value, tap }: Props) {
  return (
    <div
      role="radiogroup"
      aria-label={label}
      title={help}
      data-field={key}
      className={cx(tile, "col-span-full grid-rows-[auto_1fr] border-line p-2")}
    >
      <span className="px-1 pb-1 font-medium text-quiet">{label}</span>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(7rem,1fr))] gap-2">
        {choices.map((choice) => {
          const on = value === choice.value;
          return (
            // biome-ignore lint/a11y/useSemanticElements: a tile of this size and feel is no native radio button
            <button
              key={choice.value}
              type="button"
              role="radio"
              aria-checked={on}
              className={cx(
                "min-h-16 rounded-lg border-2 px-2 font-semibold",
                flash,
                on ? "border-accent bg-accent text-accent-ink" : "border-edge/50 bg-card",
              )}
              {...press(() => {
                tick();
                tap(key, choice.value);
              })}
            >
              {choice.label}
            </button>
          );
        })}
      </div>
    </div>
  );
}
