import { useState } from "react";
import { useStore } from "../../store";
import { Button, Choice, Confirm, Dialog } from "../../ui";
import { words } from "../../words/scout";
import type { Form } from "../wire";
import type { Draft } from "./draft";
import { hand } from "./hand";
import { Timeline } from "./Timeline";

/** Options is what is needed once in a while: the hand, the timeline, the way out. */
export function Options({ form, draft, onClose, onReset }: { form: Form; draft: Draft; onClose: () => void; onReset: () => void }) {
  const side = useStore(hand);
  const [sure, setSure] = useState(false);
  if (sure) {
    return (
      <Confirm title={words.form.resetTitle} confirm={words.form.reset} onConfirm={onReset} onClose={onClose}>
        <p>{words.form.resetHelp}</p>
      </Confirm>
    );
  }
  return (
    <Dialog title={words.form.options} onClose={onClose}>
      <Choice
        label={words.form.hand}
        value={side}
        options={[
          { value: "left", word: words.form.left },
          { value: "right", word: words.form.right },
        ]}
        onChange={(chosen) => hand.set(chosen)}
      />
      <section className="grid gap-2">
        <h3 className="font-medium">{words.form.timeline}</h3>
        <Timeline form={form} done={draft.log.done} from={draft.clockFrom} />
      </section>
      <p className="hidden text-sm text-quiet pointer-fine:block">{words.form.keys}</p>
      <Button look="danger" icon="trash" onClick={() => setSure(true)}>
        {words.form.reset}
      </Button>
    </Dialog>
  );
}
