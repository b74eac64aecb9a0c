import { useId, useState } from "react";
import { useAction } from "../../action";
import { api, problem, type Schemas } from "../../api";
import { Button, Field, Form, Select } from "../../ui";
import { words } from "../../words/analysis";
import type { At } from "../at";
import { differences } from "./differences";

type Report = Schemas["ScoutingPitReport"];
type Drivetrain = NonNullable<Schemas["PutPitIn"]["drivetrain"]>;

const sizes = ["lengthMm", "widthMm", "heightMm", "weightGrams"] as const;

type Props = { at: At; number: number; report?: Report; onDone: () => void; onCancel: () => void };

/** PitForm writes the report. Where somebody else saved first, it shows what they changed and keeps what was typed. */
export function PitForm({ at, number, report, onDone, onCancel }: Props) {
  const [base, setBase] = useState(report);
  const [theirs, setTheirs] = useState<Report | null>(null);
  const [drivetrain, setDrivetrain] = useState(report?.drivetrain ?? "");
  const text = useId();
  const save = useAction(async (typed: Record<string, string>) => {
    try {
      await api.PUT("/api/scouting/pit", {
        body: {
          scoutingTeamId: at.team.id,
          season: at.season,
          scoutedTeamNumber: number,
          rev: base?.rev ?? 0,
          drivetrain: (typed.drivetrain || undefined) as Drivetrain | undefined,
          drivetrainOther: typed.drivetrain === "OTHER" ? typed.drivetrainOther?.trim() : undefined,
          ...Object.fromEntries(sizes.map((size) => [size, Number(typed[size]) || undefined])),
          capabilities: typed.capabilities
            .split(",")
            .map((tag) => tag.trim())
            .filter(Boolean), // the server says what is too much
          fields: base?.fields,
          text: typed.text.trim(),
        },
      });
    } catch (cause) {
      const current = problem(cause).current as Report | undefined;
      if (problem(cause).status === 409 && current?.rev) {
        setTheirs(current);
        setBase(current);
      }
      throw cause;
    }
    onDone();
  });
  const fault = (name: string) => save.failed?.field(name);
  return (
    <Form onSubmit={save.go} failed={save.failed}>
      <Select label={words.pit.drivetrain} name="drivetrain" value={drivetrain} onChange={(event) => setDrivetrain(event.target.value)}>
        <option value="">{words.pit.unknown}</option>
        {Object.entries(words.pit.drivetrains).map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </Select>
      {drivetrain === "OTHER" && (
        <Field
          label={words.pit.which}
          name="drivetrainOther"
          defaultValue={report?.drivetrainOther}
          maxLength={60}
          fault={fault("drivetrainOther")}
          required
        />
      )}
      <div className="grid grid-cols-2 gap-3">
        {sizes.map((size) => (
          <Field
            key={size}
            label={words.pit[size]}
            name={size}
            type="number"
            inputMode="numeric"
            min={0}
            defaultValue={report?.[size]}
            fault={fault(size)}
          />
        ))}
      </div>
      <Field
        label={words.pit.capabilities}
        help={words.pit.capabilitiesHelp}
        name="capabilities"
        defaultValue={report?.capabilities?.join(", ")}
        fault={fault("capabilities")}
      />
      <div className="grid gap-1">
        <label htmlFor={text} className="font-medium">
          {words.pit.text}
        </label>
        <textarea
          id={text}
          name="text"
          rows={3}
          maxLength={2000}
          defaultValue={report?.text}
          className="w-full rounded-lg border border-edge bg-card p-3"
        />
      </div>
      {theirs && (
        <div className="rounded-lg bg-warn-wash p-3 text-warn">
          <p className="font-medium">{words.pit.conflict(theirs.editor.displayName)}</p>
          <ul className="list-disc pl-5">
            {differences(report, theirs).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p>{words.pit.conflictHelp}</p>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="main" busy={save.busy}>
          {theirs ? words.pit.overwrite : words.pit.save}
        </Button>
        <Button onClick={onCancel}>{words.pit.cancel}</Button>
      </div>
    </Form>
  );
}
