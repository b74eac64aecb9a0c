import { useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { useAction } from "../action";
import { api, key } from "../api";
import { may, type Team, useSession } from "../session";
import { cx, Icon, toast } from "../ui";
import { words } from "../words/coach";
import { type Form, type Line, linesOf, said } from "./agreement";
import type { Consensus } from "./board";
import type { Entry } from "./feed";
import { entryPath } from "./paths";

interface Correction {
  entry: Entry;
  offer: Line["together"];
  line: Line;
}

type Props = { team: Team; form: Form; consensus: Consensus; entries: Entry[] };

/** ReportsTable lays what the scouts said side by side; one tap gives an entry the common answer. */
export function ReportsTable({ team, form, consensus, entries }: Props) {
  const { me } = useSession();
  const cache = useQueryClient();
  const correct = useAction(
    async ({ entry, offer, line }: Correction) => {
      const body = { rev: entry.rev, data: { [line.field.key]: offer } };
      try {
        await api.PATCH("/api/scouting/entries/{id}", { params: { path: { id: entry.id } }, body });
        toast(words.coverage.corrected(entry.scouter.displayName));
      } finally {
        const changed = [key("/api/scouting/entries"), key("/api/scouting/consensus"), key("/api/scouting/coverage")];
        await Promise.all(changed.map((queryKey) => cache.invalidateQueries({ queryKey })));
      }
    },
    { toasted: true },
  );
  const lines = linesOf(form, consensus, entries);
  const reports = lines[0]?.reports ?? [];
  const several = reports.length > 1;
  const mayEdit = (entry: Entry) => may(team, "MENTOR", "LEADER") || (may(team, "STUDENT") && entry.scouter.id === me?.id);
  return (
    <div className="grid gap-2">
      <p className={cx("flex items-center gap-2 font-medium", consensus.conflict ? "text-bad" : several && "text-good")}>
        {several && <Icon name={consensus.conflict ? "warn" : "check"} />}
        {several ? (consensus.conflict ? words.coverage.disagree : words.coverage.agree) : words.coverage.oneSaw}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard */}
      <section className="overflow-x-auto" tabIndex={0} aria-label={words.coverage.saw}>
        <table className="w-full border-collapse text-left text-[.9375rem]" data-consensus>
          <thead>
            <tr className="text-sm text-quiet">
              <th scope="col" className="py-1 pr-3 font-semibold">
                {words.coverage.field}
              </th>
              {several && (
                <th scope="col" className="px-2 py-1 text-right font-semibold">
                  {words.coverage.consensus}
                </th>
              )}
              {reports.map(({ entry }) => (
                <th key={entry.id} scope="col" className="px-2 py-1 text-right font-semibold">
                  {mayEdit(entry) ? (
                    <Link
                      href={entryPath(entry.id)}
                      className="inline-flex min-h-8 items-center"
                      aria-label={words.coverage.editOf(entry.scouter.displayName)}
                    >
                      {entry.scouter.displayName}
                    </Link>
                  ) : (
                    entry.scouter.displayName
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr className="border-t border-line font-bold">
              <th scope="row" className="py-2 pr-3 font-bold">
                {words.coverage.total}
              </th>
              {several && <td className="px-2 text-right">{consensus.totalScore}</td>}
              {reports.map(({ entry }) => (
                <td key={entry.id} className="px-2 text-right">
                  {entry.totalScore}
                </td>
              ))}
            </tr>
            {lines.map((line) => (
              <FieldRow key={line.field.key} line={line} several={several} mayEdit={mayEdit} busy={correct.busy} correct={correct.go} />
            ))}
          </tbody>
        </table>
      </section>
      {several && <p className="text-sm text-quiet">{words.coverage.howCounts}</p>}
    </div>
  );
}

type RowProps = {
  line: Line;
  several: boolean;
  busy: boolean;
  mayEdit: (entry: Entry) => boolean;
  correct: (what: Correction) => void;
};

function FieldRow({ line, several, busy, mayEdit, correct }: RowProps) {
  const { field, label, together, conflict } = line;
  const common = said(field, together);
  return (
    <tr className={cx("border-t border-line", conflict && "bg-bad-wash")} data-field={field.key} data-conflict={conflict || undefined}>
      <th scope="row" className="py-2 pr-3 font-medium">
        {label}
      </th>
      {several && <td className="px-2 text-right font-semibold">{common}</td>}
      {line.reports.map(({ entry, answer, offer, differs }) => (
        <td key={entry.id} className="px-2 py-1 text-right">
          <span className={cx(differs && several && "font-semibold text-bad")}>{said(field, answer)}</span>
          {differs && several && conflict && mayEdit(entry) && (
            <button
              type="button"
              disabled={busy}
              className="ml-2 min-h-9 rounded-md border border-edge/60 bg-card px-2 text-sm font-semibold whitespace-nowrap text-ink"
              aria-label={words.coverage.takeFor(entry.scouter.displayName, label, said(field, offer))}
              onClick={() => correct({ entry, offer, line })}
            >
              {words.coverage.take(said(field, offer))}
            </button>
          )}
        </td>
      ))}
    </tr>
  );
}
