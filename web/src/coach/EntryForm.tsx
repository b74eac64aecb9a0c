import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useAction } from "../action";
import { api, get, key, problem, type Schemas } from "../api";
import { Button, Field, Form as FormOf, Select, Switch, toast } from "../ui";
import { words } from "../words/coach";
import { type Answer, type Answers, answers, type Form, labelOf, type Field as Question, said } from "./agreement";
import type { Entry } from "./feed";

type Props = { entry: Entry; form: Form; close: () => void };

/** EntryForm corrects an entry. What somebody else changed meanwhile is shown, and asked about, never overwritten. */
export function EntryForm({ entry, form, close }: Props) {
  const cache = useQueryClient();
  const notes = useId();
  const [base, setBase] = useState(entry);
  const [given, setGiven] = useState<Answers>(() => answers(entry));
  const [theirs, setTheirs] = useState<Entry>();
  const save = useAction(async (fields: Record<string, string>) => {
    const before = answers(base);
    const changed = Object.fromEntries(Object.entries(given).filter(([name, answer]) => answer !== before[name]));
    const body: Schemas["PatchEntryIn"] = {
      rev: base.rev,
      scoutedTeamNumber: Number(fields.scoutedTeamNumber),
      matchNumber: Number(fields.matchNumber),
      alliance: fields.alliance as "RED",
      notes: fields.notes,
      ...(Object.keys(changed).length > 0 ? { data: changed } : {}),
    };
    const path = { id: entry.id };
    try {
      await api.PATCH("/api/scouting/entries/{id}", { params: { path }, body });
    } catch (cause) {
      const { status, current } = problem(cause);
      if (status === 409 && current) setTheirs(current as Entry);
      throw cause;
    }
    const changes = [
      "/api/scouting/entries/{id}",
      "/api/scouting/entries/{id}/history",
      "/api/scouting/entries",
      "/api/scouting/consensus",
    ] as const;
    await Promise.all(changes.map((path) => cache.invalidateQueries({ queryKey: key(path) })));
    toast(words.entry.saved);
    close();
  });
  const takeTheirs = (mine: boolean) => {
    if (!theirs) return;
    setBase(theirs);
    if (!mine) setGiven(answers(theirs));
    setTheirs(undefined);
    cache.setQueryData(get("/api/scouting/entries/{id}", { path: { id: entry.id } }).queryKey, theirs);
  };
  const differing = theirs ? (form.fields ?? []).filter(({ key }) => answers(theirs)[key] !== given[key]) : [];
  return (
    <FormOf onSubmit={save.go} failed={save.failed}>
      <div className="grid grid-cols-3 gap-3">
        <Field
          name="matchNumber"
          label={words.feed.match}
          type="number"
          min={1}
          max={999}
          required
          defaultValue={entry.matchNumber}
          fault={save.failed?.field("matchNumber")}
        />
        <Select name="alliance" label={words.entries.alliance} defaultValue={entry.alliance}>
          <option value="RED">{words.entries.red}</option>
          <option value="BLUE">{words.entries.blue}</option>
        </Select>
        <Field
          name="scoutedTeamNumber"
          label={words.feed.robot}
          type="number"
          min={1}
          max={99999}
          required
          defaultValue={entry.scoutedTeamNumber}
          fault={save.failed?.field("scoutedTeamNumber")}
        />
      </div>
      <div className="grid gap-2">
        {(form.fields ?? []).map((field) => (
          <Answered
            key={field.key}
            label={labelOf(form, field)}
            field={field}
            answer={given[field.key]}
            fault={save.failed?.field(`data/${field.key}`)}
            onChange={(answer) => setGiven({ ...given, [field.key]: answer })}
          />
        ))}
      </div>
      <div className="grid gap-1">
        <label htmlFor={notes} className="font-medium">
          {words.entry.notes}
        </label>
        <textarea
          id={notes}
          name="notes"
          rows={3}
          maxLength={2000}
          defaultValue={entry.notes}
          className="rounded-lg border border-edge bg-card p-3"
        />
      </div>
      {theirs && (
        <div role="alert" className="grid gap-2 rounded-lg bg-warn-wash p-3" data-conflict>
          <p className="font-semibold text-warn">{words.entry.conflict}</p>
          <ul>
            {differing.map((field) => (
              <li key={field.key}>
                {words.entry.differs(labelOf(form, field), said(field, given[field.key]), said(field, answers(theirs)[field.key]))}
              </li>
            ))}
          </ul>
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => takeTheirs(true)}>{words.entry.keepMine}</Button>
            <Button onClick={() => takeTheirs(false)}>{words.entry.takeTheirs}</Button>
          </div>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="main" busy={save.busy} disabled={!!theirs}>
          {words.entry.save}
        </Button>
        <Button onClick={close}>{words.quarantine.cancel}</Button>
      </div>
    </FormOf>
  );
}

type AnsweredProps = { label: string; field: Question; answer: Answer | undefined; fault?: string; onChange: (answer: Answer) => void };

function Answered({ label, field, answer, fault, onChange }: AnsweredProps) {
  if (field.type === "flag") return <Switch label={label} checked={answer === true} onChange={onChange} />;
  if (field.type === "choice") {
    return (
      <Select label={label} value={String(answer ?? "")} onChange={(event) => onChange(event.target.value)}>
        {(field.choices ?? []).map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
    );
  }
  return (
    <Field
      label={label}
      type="number"
      inputMode="numeric"
      min={field.min ?? 0}
      max={field.max ?? undefined}
      value={String(answer ?? 0)}
      fault={fault}
      onChange={(event) => onChange(Number(event.target.value))}
    />
  );
}
