// What can happen while a robot is watched, and what it makes of the draft.
import type { Answer, Answers, Form, NewEntry, Phase, Place } from "../wire";
import type { Draft } from "./draft";
import { act, answers, emptyLog, redo, undo, usual } from "./log";

export type Move =
  | { do: "tap"; field: string; change: Answer; at: number }
  | { do: "undo" | "redo" }
  | { do: "phase"; phase: Phase }
  | { do: "notes"; notes: string }
  | { do: "absent"; absent: boolean }
  | { do: "place"; place: Partial<Place> }
  | { do: "clock"; from: number | undefined }
  | { do: "adopt"; found: Draft };

/** play returns the draft after a move; a move without effect returns the same draft. */
export const play =
  (form: Form) =>
  (draft: Draft, move: Move): Draft => {
    const next = step(form, draft, move);
    return next === draft ? draft : { ...next, changedAt: move.do === "tap" ? move.at : Date.now() };
  };

function step(form: Form, draft: Draft, move: Move): Draft {
  switch (move.do) {
    case "tap": {
      const log = act(form, draft.log, move.field, move.change, move.at);
      return log === draft.log ? draft : { ...draft, log };
    }
    case "undo":
      return draft.log.done.length ? { ...draft, log: undo(draft.log) } : draft;
    case "redo":
      return draft.log.undone.length ? { ...draft, log: redo(draft.log) } : draft;
    case "phase":
      return draft.phase === move.phase ? draft : { ...draft, phase: move.phase };
    case "notes":
      return { ...draft, notes: move.notes };
    case "absent":
      return { ...draft, absent: move.absent };
    case "place":
      return { ...draft, place: { ...draft.place, ...move.place } };
    case "adopt":
      return adopt(form, draft, move.found);
    case "clock":
      return { ...draft, clockFrom: move.from, phase: move.from ? "auto" : draft.phase };
  }
}

// adopt goes on with the stored draft, which was found after the form was shown: what was tapped since comes on top.
function adopt(form: Form, draft: Draft, found: Draft): Draft {
  const log = draft.log.done.reduce((all, { field, change, at }) => act(form, all, field, change, at), found.log);
  const touched = draft.log.done.length > 0;
  return { ...found, log, notes: [found.notes, draft.notes].filter(Boolean).join(" "), phase: touched ? draft.phase : found.phase };
}

/** entryOf is what a draft says, as it will be sent. */
export function entryOf(form: Form, draft: Draft, absentNote: string): NewEntry {
  const notes = draft.notes.trim();
  return {
    id: draft.entryId,
    scoutingTeamId: draft.teamId,
    ...draft.place,
    data: draft.absent ? nothing(form) : answers(form, draft.log),
    notes: (draft.absent && !notes.startsWith(absentNote) ? `${absentNote} ${notes}` : notes).trim().slice(0, 2000),
  };
}

// nothing is the answers of a robot that did not play: what earns least.
function nothing(form: Form): Answers {
  const data = answers(form, emptyLog);
  for (const f of form.fields) {
    if (f.type === "choice" && usual(f) === undefined) data[f.key] = [...(f.choices ?? [])].sort((a, b) => a.points - b.points)[0].value;
  }
  return data;
}
