import { useLocation } from "wouter";
import { useAction } from "../../action";
import { Button, cx, Page } from "../../ui";
import { matchName, words } from "../../words/scout";
import { contentOf, type Item, type Stored } from "../outbox/item";
import { retry, settle } from "../outbox/outbox";
import type { Form } from "../wire";
import { type Difference, differences } from "./differences";

/** Conflict shows both versions of an entry side by side, and lets the scout say which one counts. */
export function Conflict({ item, current, form }: { item: Item; current: Stored; form: Form }) {
  const [, go] = useLocation();
  const keep = useAction(async () => {
    await retry(item.id, { rev: current.rev });
    go("/scout/outbox");
  });
  const take = useAction(async () => {
    await settle(item.id);
    go("/scout/outbox");
  });
  const rows = differences(form, { ...contentOf(item.entry as unknown as Stored) }, contentOf(current), {
    robot: words.conflict.robot,
    match: words.conflict.match,
    notes: words.conflict.notes,
    none: words.conflict.none,
    on: words.form.on,
    off: words.form.off,
    name: matchName,
  });
  return (
    <Page title={words.conflict.title} lead={words.conflict.lead} narrow>
      {rows.length === 0 ? <p>{words.conflict.same}</p> : <Table rows={rows} />}
      <div className="grid grid-cols-2 gap-2">
        <Button look="main" busy={keep.busy} onClick={() => keep.go()}>
          {words.conflict.keepMine}
        </Button>
        <Button busy={take.busy} onClick={() => take.go()}>
          {words.conflict.takeTheirs}
        </Button>
      </div>
    </Page>
  );
}

function Table({ rows }: { rows: Difference[] }) {
  return (
    <table className="w-full border-collapse rounded-card bg-card text-left">
      <thead>
        <tr className="border-b border-line text-sm text-quiet">
          <th className="p-2 font-medium">{words.conflict.field}</th>
          <th className="p-2 font-medium">{words.conflict.mine}</th>
          <th className="p-2 font-medium">{words.conflict.theirs}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, mine, theirs }) => (
          <tr key={label} className="border-b border-line align-top last:border-0">
            <th className="p-2 font-medium">{label}</th>
            <td className={cx("p-2 font-semibold")}>{mine}</td>
            <td className="p-2 font-semibold">{theirs}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
