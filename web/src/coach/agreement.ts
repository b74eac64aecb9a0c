import type { Schemas } from "../api";
import { words } from "../words/coach";
import type { Consensus } from "./board";
import type { Entry } from "./feed";

export type Field = Schemas["SeasonsField"];
export type Form = Schemas["SeasonsForm"];
export type Answer = number | boolean | string;
export type Answers = Record<string, Answer | undefined>;

/** answers reads the form's answers of an entry, a revision or a consensus. */
export const answers = (of: { data?: unknown }) => (of.data ?? {}) as Answers;

/** said is an answer as people say it. */
export function said(field: Field, answer: Answer | undefined | null): string {
  if (answer === undefined || answer === null) return words.answer.none;
  if (typeof answer === "boolean") return answer ? words.answer.yes : words.answer.no;
  return field.choices?.find((choice) => choice.value === answer)?.label ?? String(answer);
}

/** labelOf names a field, with its phase where two phases ask the same. */
export function labelOf(form: Form, field: Field): string {
  const fields = form.fields ?? [];
  const alike = fields.filter((other) => other.label === field.label).length > 1;
  const phase = form.phases?.find(({ key }) => key === field.phase)?.label;
  return alike && phase ? `${phase}: ${field.label}` : field.label;
}

/** Line is one field in a comparison of reports. */
export interface Line {
  field: Field;
  label: string;
  together: Answer | undefined;
  conflict: boolean;
  /** offer is what the report would have to say for all to agree: of two the other's answer, else the common one. */
  reports: { entry: Entry; answer: Answer | undefined; offer: Answer | undefined; differs: boolean }[];
}

/** linesOf lays the reports on a robot side by side with what they say together: conflicts first, then in the form's order. */
export function linesOf(form: Form, consensus: Consensus, entries: readonly Entry[]): Line[] {
  const counted = (consensus.reports ?? []).flatMap(({ entryId }) => entries.filter((entry) => entry.id === entryId));
  const conflicts = new Set((consensus.conflicts ?? []).map(({ key }) => key));
  const together = answers(consensus);
  const lines = (form.fields ?? []).map((field): Line => {
    const common = together[field.key];
    return {
      field,
      label: labelOf(form, field),
      together: common,
      conflict: conflicts.has(field.key),
      reports: counted.map((entry, i) => {
        const said = (of: Entry) => answers(of)[field.key] ?? (field.default as Answer | undefined);
        const answer = said(entry);
        const offer = counted.length === 2 ? said(counted[1 - i]) : common;
        return { entry, answer, offer, differs: answer !== offer };
      }),
    };
  });
  return [...lines.filter((line) => line.conflict), ...lines.filter((line) => !line.conflict)];
}
