import { useState } from "react";
import { Button, Dialog, Field, Form } from "../../ui";
import { words } from "../../words/analysis";
import type { Item, Operation } from "./operations";

type Props = { item: Item; onEdit: (op: Operation) => void; onClose: () => void };

/** ItemDialog edits a team's tags and note. Only what was changed is sent, so that it stands in nobody's way. */
export function ItemDialog({ item, onEdit, onClose }: Props) {
  const [was] = useState(item);
  const { teamNumber } = item;
  const save = ({ tags, note }: Record<string, string>) => {
    const list = tags
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean);
    const changed = {
      ...(list.join() !== (was.tags ?? []).join() && { tags: list }),
      ...(note.trim() !== was.note && { note: note.trim() }),
    };
    if (Object.keys(changed).length > 0) onEdit({ id: crypto.randomUUID(), kind: "set", teamNumber, ...changed });
    onClose();
  };
  const remove = () => {
    onEdit({ id: crypto.randomUUID(), kind: "remove", teamNumber });
    onClose();
  };
  return (
    <Dialog title={words.picks.item(teamNumber)} onClose={onClose}>
      <Form onSubmit={save}>
        <Field label={words.picks.tags} help={words.picks.tagsHelp} name="tags" defaultValue={was.tags?.join(", ")} maxLength={320} />
        <Field label={words.picks.note} name="note" defaultValue={was.note} maxLength={500} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="main">
            {words.picks.save}
          </Button>
          <Button look="danger" onClick={remove}>
            {words.picks.remove}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
