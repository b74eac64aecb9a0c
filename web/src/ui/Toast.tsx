import { useEffect } from "react";
import { store, useStore } from "../store";
import { words } from "../words/app";
import { cx } from "./cx";
import { Icon } from "./Icon";

interface Note {
  id: number;
  text: string;
  tone: "good" | "bad" | "plain";
  action?: { word: string; run: () => void };
}

const notes = store<Note[]>([]);
const life = 6_000;
let last = 0;

/** toast tells in a sentence what just happened, and offers one step such as undo. */
export function toast(text: string, { tone = "good", action }: Partial<Pick<Note, "tone" | "action">> = {}) {
  last++;
  notes.set([...notes.get().slice(-2), { id: last, text, tone, action }]);
}

const drop = (id: number) => notes.set(notes.get().filter((note) => note.id !== id));

/** Toasts shows them, once in the app. */
export function Toasts() {
  const shown = useStore(notes);
  return (
    <div
      role="status"
      className="no-print pointer-events-none fixed inset-x-0 bottom-20 z-30 grid justify-items-center gap-2 px-4 wide:bottom-6"
    >
      {shown.map((note) => (
        <Toast key={note.id} note={note} />
      ))}
    </div>
  );
}

function Toast({ note }: { note: Note }) {
  const { id, text, tone, action } = note;
  useEffect(() => {
    const timer = setTimeout(() => drop(id), action ? life * 2 : life);
    return () => clearTimeout(timer);
  }, [id, action]);
  return (
    <div className="arrive pointer-events-auto flex max-w-lg items-center gap-1 rounded-lg border border-line bg-ink py-1 pr-1 pl-4 text-ground shadow-lg">
      {tone === "bad" && <Icon name="warn" />}
      <span className={cx("py-2", tone === "bad" && "font-medium")}>{text}</span>
      {action && (
        <button
          type="button"
          className="min-h-11 rounded-md px-3 font-semibold underline"
          onClick={() => {
            drop(id);
            action.run();
          }}
        >
          {action.word}
        </button>
      )}
      <button type="button" className="grid size-11 place-items-center rounded-md" aria-label={words.dismiss} onClick={() => drop(id)}>
        <Icon name="close" className="size-4" />
      </button>
    </div>
  );
}
