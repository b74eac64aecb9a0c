import { cx, Icon } from "../../ui";
import { words } from "../../words/scout";
import { press } from "./press";

type Props = {
  left: boolean; // for the left thumb
  canUndo: boolean;
  canRedo: boolean;
  total: number;
  onward: string;
  saves: boolean; // what onward does
  busy: boolean;
  undo: () => void;
  redo: () => void;
  go: () => void;
};

/** Bar is what the thumb reaches without a look: undo in its corner, and the way on. */
export function Bar({ left, canUndo, canRedo, total, onward, saves, busy, undo, redo, go }: Props) {
  const big = "grid min-h-18 place-items-center rounded-card border-2 font-semibold select-none active:border-ink disabled:opacity-40";
  return (
    <div className={cx("flex items-stretch gap-2 [grid-area:bar]", left && "flex-row-reverse")}>
      <button
        type="button"
        data-go={saves ? "save" : "next"}
        disabled={busy}
        className={cx(
          big,
          "min-w-0 flex-1 px-3 text-lg",
          saves ? "border-transparent bg-accent text-accent-ink" : "border-accent bg-card text-accent-text",
        )}
        onClick={go}
      >
        {onward}
      </button>
      <div className="grid min-w-16 content-center justify-items-center gap-1">
        <output className="text-lg leading-none font-bold whitespace-nowrap" data-total>
          {words.form.points(total)}
        </output>
        <button
          type="button"
          aria-label={words.form.redo}
          disabled={!canRedo}
          className="grid size-11 place-items-center rounded-lg text-quiet disabled:opacity-30"
          onClick={redo}
        >
          <Icon name="redo" />
        </button>
      </div>
      <button
        type="button"
        data-undo
        disabled={!canUndo}
        className={cx(big, "w-24 gap-1 short:w-16 border-edge/60 bg-card py-2")}
        {...press(undo)}
      >
        <Icon name="undo" className="size-7" />
        <span className="text-sm">{words.form.undo}</span>
      </button>
    </div>
  );
}
