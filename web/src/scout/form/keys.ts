import { useEffect, useRef } from "react";
import type { Answer, Field, Phase } from "../wire";
import type { Move } from "./game";

type Keys = {
  fields: Field[];
  value: (key: string) => Answer | undefined;
  phases: Phase[];
  phase: string;
  move: (move: Move) => void;
  onward: () => void;
};

const typing = (target: EventTarget | null) => target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;

/** useKeys lets a laptop's keyboard do what thumbs do. */
export function useKeys(keys: Keys) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (typing(event.target) || event.altKey) return;
      if (answer(latest.current, event)) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

// answer does what a key stands for, and reports whether it stands for anything.
function answer(keys: Keys, event: KeyboardEvent): boolean {
  const { move, phases, phase, onward } = keys;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "z") return false;
    move({ do: event.shiftKey ? "redo" : "undo" });
    return true;
  }
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) return tap(keys, Number(digit[1]) - 1, event.shiftKey);
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const next = way && phases[phases.indexOf(phase as Phase) + way];
  if (next) move({ do: "phase", phase: next });
  // A button that was reached by the keyboard takes Enter for itself.
  const own = event.target instanceof HTMLElement && event.target.matches("button:focus-visible, a:focus-visible");
  if (event.key === "Enter" && !own && !event.repeat) {
    onward();
    return true;
  }
  return !!way;
}

function tap({ fields, value, move }: Keys, at: number, back: boolean): boolean {
  const field = fields[at];
  if (!field) return false;
  const before = value(field.key);
  let change: Answer = back ? -1 : 1;
  if (field.type === "flag") change = before !== true;
  if (field.type === "choice") {
    const all = field.choices ?? [];
    const now = all.findIndex((c) => c.value === before);
    change = all[(now + (back ? all.length - 1 : 1)) % all.length].value;
  }
  move({ do: "tap", field: field.key, change, at: Date.now() });
  return true;
}
