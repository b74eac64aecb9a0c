// In what two versions of an entry differ, in words.
import type { contentOf } from "../outbox/item";
import type { Answer, Field, Form } from "../wire";

type Content = ReturnType<typeof contentOf>;

export interface Difference {
  label: string;
  mine: string;
  theirs: string;
}

interface Words {
  robot: string;
  match: string;
  notes: string;
  none: string;
  on: string;
  off: string;
  name: (match: Content) => string;
}

/** differences lists what is not the same, in the form's order. */
export function differences(form: Form, mine: Content, theirs: Content, words: Words): Difference[] {
  const said = (f: Field, answer: Answer | undefined) => {
    if (f.type === "flag") return answer === true ? words.on : words.off;
    return f.choices?.find((c) => c.value === answer)?.label ?? String(answer ?? words.none);
  };
  const rows: Difference[] = [
    { label: words.match, mine: words.name(mine), theirs: words.name(theirs) },
    { label: words.robot, mine: `${mine.scoutedTeamNumber} ${mine.alliance}`, theirs: `${theirs.scoutedTeamNumber} ${theirs.alliance}` },
    ...form.fields.map((f) => ({ label: labelOf(form, f), mine: said(f, mine.data[f.key]), theirs: said(f, theirs.data[f.key]) })),
    { label: words.notes, mine: mine.notes || words.none, theirs: theirs.notes || words.none },
  ];
  return rows.filter((row) => row.mine !== row.theirs);
}

// labelOf names the phase, too, where two phases ask the same.
function labelOf(form: Form, f: Field) {
  const alike = form.fields.filter((other) => other.label === f.label).length > 1;
  return alike ? `${form.phases.find((p) => p.key === f.phase)?.label}: ${f.label}` : f.label;
}
