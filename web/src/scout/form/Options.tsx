import { useState } from "react";
import { useStore } from "../../store";
import { Button, Choice, Confirm, Dialog, Field, Form as FieldForm } from "../../ui";
import { words } from "../../words/scout";
import type { Alliance, Form, Place } from "../wire";
import type { Draft } from "./draft";
import { hand } from "./hand";
import { Timeline } from "./Timeline";

/** Options is what is needed once in a while: the hand, the timeline, the way out. */
export function Options({
  form,
  draft,
  onPlace,
  onClose,
  onReset,
}: {
  form: Form;
  draft: Draft;
  onPlace?: (place: Partial<Place>) => void;
  onClose: () => void;
  onReset: () => void;
}) {
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
      {onPlace && <Where place={draft.place} onPlace={onPlace} onClose={onClose} />}
      <section className="grid gap-2">
        <h3 className="font-medium">{words.form.timeline}</h3>
        <Timeline form={form} done={draft.log.done} from={draft.clockFrom} />
      </section>
      <p className="hidden text-sm text-quiet pointer-fine:block">{words.form.keys}</p>
      <Button look="danger" icon="trash" onClick={() => setSure(true)}>
        {onPlace ? words.form.resetChange : words.form.reset}
      </Button>
    </Dialog>
  );
}

/** Where corrects which robot it was: the usual mistake of a busy hall. */
function Where({ place, onPlace, onClose }: { place: Place; onPlace: (place: Partial<Place>) => void; onClose: () => void }) {
  const [alliance, setAlliance] = useState<Alliance>(place.alliance);
  const submit = ({ match, robot }: Record<string, string>) => {
    onPlace({ alliance, matchNumber: Number(match), scoutedTeamNumber: Number(robot) });
    onClose();
  };
  return (
    <FieldForm onSubmit={submit}>
      <div className="grid grid-cols-2 items-end gap-3">
        <Field
          label={words.duty.match}
          name="match"
          type="number"
          inputMode="numeric"
          min={1}
          max={999}
          required
          defaultValue={place.matchNumber}
        />
        <Field
          label={words.duty.robot}
          name="robot"
          type="number"
          inputMode="numeric"
          min={1}
          max={99999}
          required
          defaultValue={place.scoutedTeamNumber}
        />
      </div>
      <Choice
        label={words.duty.alliance}
        value={alliance}
        options={[
          { value: "RED", word: words.duty.red },
          { value: "BLUE", word: words.duty.blue },
        ]}
        onChange={setAlliance}
      />
      <Button type="submit">{words.form.correct}</Button>
    </FieldForm>
  );
}
