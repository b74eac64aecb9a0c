import { useId, useState } from "react";
import { useAction } from "../../action";
import { api, type Schemas } from "../../api";
import { Button, Form } from "../../ui";
import { words } from "../../words/analysis";
import type { At } from "../at";

const rated = ["reliability", "driverSkill", "defence"] as const;

type Props = { at: At; number: number; note?: Schemas["ScoutingNote"]; onDone: () => void; onCancel: () => void };

/** NoteForm writes a note or changes one. A note that somebody else changed meanwhile is shown before it is overwritten. */
export function NoteForm({ at, number, note, onDone, onCancel }: Props) {
  const [id] = useState(() => note?.id ?? crypto.randomUUID());
  const [rev, setRev] = useState(note?.rev ?? 0);
  const [theirs, setTheirs] = useState<Schemas["ScoutingNote"] | null>(null);
  const text = useId();
  const save = useAction(async (fields: Record<string, string>) => {
    const said = { text: fields.text.trim(), ...Object.fromEntries(rated.map((what) => [what, Number(fields[what] ?? 0)])) };
    try {
      if (note) await api.PATCH("/api/scouting/notes/{id}", { params: { path: { id } }, body: { rev, ...said } });
      else await api.POST("/api/scouting/notes", { body: { id, ...at.query, scoutedTeamNumber: number, ...said } });
    } catch (cause) {
      const { status, current } = cause as { status?: number; current?: Schemas["ScoutingNote"] };
      if (status === 409 && current?.rev) {
        setTheirs(current);
        setRev(current.rev);
      }
      throw cause;
    }
    onDone();
  });
  return (
    <div className="rounded-lg bg-sunken p-3">
      <Form onSubmit={save.go} failed={save.failed}>
        <div className="grid gap-1">
          <label htmlFor={text} className="font-medium">
            {words.notes.text}
          </label>
          <textarea
            id={text}
            name="text"
            rows={3}
            maxLength={2000}
            defaultValue={note?.text}
            className="w-full rounded-lg border border-edge bg-card p-3"
          />
        </div>
        {rated.map((what) => (
          <Stars key={what} name={what} label={words.notes[what]} value={note?.[what] ?? 0} />
        ))}
        {theirs && <p className="rounded-lg bg-warn-wash p-3 text-warn">{words.notes.conflict(theirs.author.displayName, theirs.text)}</p>}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="main" busy={save.busy}>
            {theirs ? words.notes.overwrite : words.notes.save}
          </Button>
          <Button onClick={onCancel}>{words.notes.cancel}</Button>
        </div>
      </Form>
    </div>
  );
}

// Stars is a rating from 1 to 5, or none.
function Stars({ name, label, value }: { name: string; label: string; value: number }) {
  return (
    <fieldset className="flex flex-wrap items-center justify-between gap-2">
      <legend className="float-left font-medium">{label}</legend>
      <span className="flex">
        {[0, 1, 2, 3, 4, 5].map((n) => (
          <label
            key={n}
            className="grid size-11 place-items-center rounded-lg font-semibold text-quiet has-checked:bg-accent has-checked:text-accent-ink has-focus-visible:outline-3 has-focus-visible:outline-[var(--focus)]"
          >
            <input type="radio" className="sr-only" name={name} value={n} defaultChecked={n === value} aria-label={words.notes.rating(n)} />
            <span aria-hidden="true">{n === 0 ? "–" : n}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}
