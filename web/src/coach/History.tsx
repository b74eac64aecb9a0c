import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api";
import { Card, Loaded } from "../ui";
import { words } from "../words/coach";
import { ago } from "../words/time";
import { answers, type Form, labelOf, said } from "./agreement";

type Revision = Schemas["ScoutingRevision"];

/** History tells who changed what of an entry, newest first. */
export function History({ id, form }: { id: string; form: Form }) {
  const history = useQuery(get("/api/scouting/entries/{id}/history", { path: { id } }));
  return (
    <Card title={words.entry.history}>
      <Loaded from={history} rows={2}>
        {(list) => {
          const states = [...list].sort((a, b) => a.rev - b.rev);
          return (
            <ol className="grid gap-3" data-history={states.length}>
              {states
                .map((state, i) => (
                  <li key={state.rev} className="border-l-3 border-line pl-3">
                    <p>
                      <span className="font-semibold">{words.entry.actions[state.action as "created"] ?? state.action}</span>{" "}
                      {words.feed.by(state.editor.displayName)}
                      <span className="text-sm text-quiet">
                        {" "}
                        · {ago(state.at)} · {words.feed.points(state.totalScore)}
                      </span>
                    </p>
                    {changesOf(form, states[i - 1], state).map((change) => (
                      <p key={change} className="text-sm text-quiet">
                        {change}
                      </p>
                    ))}
                  </li>
                ))
                .reverse()}
            </ol>
          );
        }}
      </Loaded>
    </Card>
  );
}

// changesOf says in words what differs between two states.
function changesOf(form: Form, before: Revision | undefined, after: Revision): string[] {
  if (!before) return [];
  const changes: string[] = [];
  const note = (label: string, was: string, is: string) => was !== is && changes.push(words.entry.change(label, was, is));
  note(words.feed.match, String(before.matchNumber), String(after.matchNumber));
  note(words.feed.robot, String(before.scoutedTeamNumber), String(after.scoutedTeamNumber));
  note(words.entries.alliance, before.alliance, after.alliance);
  for (const field of form.fields ?? [])
    note(labelOf(form, field), said(field, answers(before)[field.key]), said(field, answers(after)[field.key]));
  note(words.entry.notes, before.notes || words.answer.none, after.notes || words.answer.none);
  return changes;
}
