import { useEffect, useState } from "react";
import { cx } from "../../ui";
import { clock, words } from "../../words/scout";
import type { Form, Phase } from "../wire";
import { type ClockFace, clockFace } from "./clock";
import type { Score } from "./log";

/** Steps are the phases of the match with their points; the one that is open is marked. */
export function Steps({ form, phase, score, choose }: { form: Form; phase: string; score: Score; choose: (phase: Phase) => void }) {
  return (
    <nav aria-label={words.form.steps} className="flex gap-1 [grid-area:steps] side:flex-col">
      {form.phases.map(({ key, label }) => (
        <button
          key={key}
          type="button"
          aria-current={phase === key ? "step" : undefined}
          data-phase={key}
          className={cx(
            "flex min-h-12 min-w-0 flex-1 items-center justify-between gap-1 rounded-lg border-2 px-2 leading-tight font-semibold select-none side:flex-none side:px-3",
            phase === key ? "border-accent bg-accent-wash text-accent-text" : "border-line bg-card text-quiet",
          )}
          onClick={() => choose(key)}
        >
          <span className="text-left">{label}</span>
          <span>{score[key]}</span>
        </button>
      ))}
    </nav>
  );
}

/** Clock starts with a tap and says what is left; it turns the phases, which can still be chosen by hand. */
export function Clock({ from, turn, set }: { from?: number; turn: (phase: Phase) => void; set: (from?: number) => void }) {
  const face = useFace(from);
  const phase = face?.phase;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the change of the phase turns it
  useEffect(() => {
    if (phase) turn(phase);
  }, [phase]);
  const left = face ? clock(face.left) : "";
  return (
    <button
      type="button"
      aria-label={face ? words.form.stopClock(left) : words.form.startClock}
      className={cx(
        "min-h-11 rounded-lg border px-3 font-semibold whitespace-nowrap",
        face ? "min-w-18 border-accent text-accent-text" : "border-edge/60 bg-card text-quiet",
      )}
      onClick={() => set(face ? undefined : Date.now())}
    >
      {face ? left : words.form.startClock}
    </button>
  );
}

function useFace(from?: number): ClockFace | undefined {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!from) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [from]);
  const seconds = from ? (Math.max(now, from) - from) / 1000 : 0;
  return from && seconds < 600 ? clockFace(seconds) : undefined;
}
