import { type ComponentProps, memo, useCallback, useDeferredValue, useEffect, useId, useMemo, useReducer, useState } from "react";
import { useAction } from "../../action";
import { useStore } from "../../store";
import { allianceOf, cx, IconButton, Robot, Switch, toast } from "../../ui";
import { matchName, words } from "../../words/scout";
import type { Answer, Form, NewEntry, Phase, Place } from "../wire";
import { Bar } from "./Bar";
import { type Draft, keepDraft } from "./draft";
import { entryOf, type Move, play } from "./game";
import { hand, useStill } from "./hand";
import { useKeys } from "./keys";
import { answers, missing, score } from "./log";
import { Options } from "./Options";
import { Clock, Steps } from "./Steps";
import { Tile } from "./Tiles";
import { Timeline } from "./Timeline";

type Props = {
  form: Form;
  begun: Draft;
  found?: Draft; // what was stored before, where the form did not wait for it
  station: number;
  teamName?: string;
  onSave: (entry: NewEntry) => Promise<void>;
  onLeave: () => void;
  onReset: () => void;
  keep?: boolean;
};

const areas =
  "[grid-template-areas:'head'_'steps'_'tiles'_'bar'] grid-cols-[minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)_auto] [--side:19rem] short:[--side:15rem]";
const rightSide =
  "side:grid-cols-[minmax(0,1fr)_var(--side)] side:[grid-template-areas:'head_head'_'tiles_steps'_'tiles_line'_'tiles_bar']";
const leftSide = "side:grid-cols-[var(--side)_minmax(0,1fr)] side:[grid-template-areas:'head_head'_'steps_tiles'_'line_tiles'_'bar_tiles']";

/** GameView is the form while the match goes on: it fills the screen, nothing scrolls away or zooms, and each tap is stored. */
export function GameView({ form, begun, found, station, teamName, onSave, onLeave, onReset, keep = true }: Props) {
  const [draft, move] = useReducer(play(form), begun);
  const left = useStore(hand) === "left";
  const [options, setOptions] = useState(false);
  const openOptions = useCallback(() => setOptions(true), []);
  const data = useMemo(() => answers(form, draft.log), [form, draft.log]);
  const points = useMemo(() => score(form, data), [form, data]);
  const fields = useMemo(() => form.fields.filter((f) => f.phase === draft.phase), [form, draft.phase]);
  const tap = useCallback((field: string, change: Answer) => move({ do: "tap", field, change, at: Date.now() }), []);
  useEffect(() => {
    if (found) move({ do: "adopt", found });
  }, [found]);
  useStill();
  useKept(draft, begun, keep);

  const save = useAction(
    async () => {
      const open = draft.absent ? [] : missing(form, data);
      if (open.length > 0) {
        move({ do: "phase", phase: open[0].phase });
        toast(words.form.missing(open.map((f) => f.label)), { tone: "bad" });
        return;
      }
      await onSave(entryOf(form, draft, words.form.absentNote));
    },
    { toasted: true },
  );
  const phases = form.phases.map((p) => p.key);
  const following = form.phases[phases.indexOf(draft.phase as Phase) + 1];
  const onward = () => (following ? move({ do: "phase", phase: following.key }) : save.go());
  useKeys({ fields, value: (key) => data[key], phases, phase: draft.phase, move, onward });

  return (
    <div
      className={cx(
        "fixed inset-0 grid touch-manipulation gap-2 overflow-hidden overscroll-none bg-ground p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] select-none [-webkit-touch-callout:none]",
        areas,
        left ? leftSide : rightSide,
      )}
    >
      <Head
        place={draft.place}
        station={station}
        teamName={teamName}
        clockFrom={draft.clockFrom}
        move={move}
        onLeave={onLeave}
        onOptions={openOptions}
      />
      <Steps form={form} phase={draft.phase} score={points} choose={(phase) => move({ do: "phase", phase })} />
      <div
        className={cx(
          "grid auto-rows-fr grid-cols-2 gap-2 overflow-y-auto overscroll-none contain-strict [grid-area:tiles]",
          fields.length !== 4 && "wide:grid-cols-3", // four stand two by two
        )}
      >
        {fields.map((field) => (
          <Tile key={field.key} field={field} value={data[field.key]} tap={tap} />
        ))}
        {!following && (
          <Remarks draft={draft} notes={(notes) => move({ do: "notes", notes })} absent={(absent) => move({ do: "absent", absent })} />
        )}
      </div>
      <section
        aria-label={words.form.timeline}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard
        tabIndex={0}
        className="hidden min-h-0 overflow-y-auto contain-strict [grid-area:line] side:block"
      >
        <Line form={form} done={draft.log.done} from={draft.clockFrom} />
      </section>
      <Bar
        left={left}
        canUndo={draft.log.done.length > 0}
        canRedo={draft.log.undone.length > 0}
        total={draft.absent ? 0 : points.total}
        onward={following ? words.form.next(following.label) : words.form.save}
        saves={!following}
        busy={save.busy}
        undo={() => move({ do: "undo" })}
        redo={() => move({ do: "redo" })}
        go={onward}
      />
      {options && (
        <Options
          form={form}
          draft={draft}
          onPlace={keep ? undefined : (place) => move({ do: "place", place })}
          onClose={() => setOptions(false)}
          onReset={onReset}
        />
      )}
    </div>
  );
}

// useKept stores the draft right after the tap was painted, or when the page goes away before.
function useKept(draft: Draft, begun: Draft, keep: boolean) {
  useEffect(() => {
    if (!keep || draft === begun) return;
    const write = () => {
      clearTimeout(timer);
      removeEventListener("pagehide", write);
      keepDraft(draft);
    };
    const timer = setTimeout(write, 30);
    addEventListener("pagehide", write);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", write);
    };
  }, [draft, begun, keep]);
}

type HeadProps = Pick<Props, "station" | "teamName" | "onLeave"> & {
  place: Place;
  clockFrom?: number;
  move: (move: Move) => void;
  onOptions: () => void;
};

// Head says which robot in which match; no tap changes it.
const Head = memo(function Head({ place, station, teamName, clockFrom, move, onLeave, onOptions }: HeadProps) {
  return (
    <header className="flex items-center gap-2 [grid-area:head]">
      <IconButton icon="back" label={words.form.leave} onClick={onLeave} />
      <h1 className="flex min-w-0 flex-1 items-center gap-2 text-lg">
        <span>{matchName(place)}</span>
        <Robot alliance={allianceOf(place.alliance)} station={station} />
        <span className="min-w-0 truncate">
          {place.scoutedTeamNumber} <span className="font-normal text-quiet">{teamName}</span>
        </span>
      </h1>
      <Clock from={clockFrom} turn={(phase) => move({ do: "phase", phase })} set={(from) => move({ do: "clock", from })} />
      <IconButton icon="more" label={words.form.options} onClick={onOptions} />
    </header>
  );
});

// Line is the timeline, which may wait: the tap is shown first.
function Line(props: ComponentProps<typeof Timeline>) {
  return <Timeline {...props} done={useDeferredValue(props.done)} />;
}

/** Remarks end the form: what no tile asks. */
function Remarks({ draft, notes, absent }: { draft: Draft; notes: (text: string) => void; absent: (is: boolean) => void }) {
  const id = useId();
  return (
    <div className="col-span-full grid content-start gap-2">
      <label htmlFor={id} className="font-medium text-quiet">
        {words.form.notes}
      </label>
      <textarea
        id={id}
        rows={3}
        maxLength={1900}
        placeholder={words.form.notesHint}
        className="w-full resize-none rounded-lg border border-edge bg-card p-3 select-text"
        value={draft.notes}
        onChange={(event) => notes(event.target.value)}
      />
      <Switch label={words.form.absent} help={words.form.absentHelp} checked={draft.absent} onChange={absent} />
    </div>
  );
}
