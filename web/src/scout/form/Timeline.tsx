import { memo } from "react";
import { clock, words } from "../../words/scout";
import type { Form } from "../wire";
import type { Action } from "./log";

/** Timeline lists the taps, the newest first, each with its time since the first one or since the match began. */
export const Timeline = memo(function Timeline({ form, done, from }: { form: Form; done: Action[]; from?: number }) {
  if (done.length === 0) return <p className="text-sm text-quiet">{words.form.timelineEmpty}</p>;
  const start = Math.min(from ?? done[0].at, done[0].at);
  const fields = new Map(form.fields.map((f) => [f.key, f]));
  const said = ({ field, change }: Action) => {
    const f = fields.get(field);
    if (typeof change === "number") return change > 0 ? `+${change}` : `−${-change}`;
    if (typeof change === "boolean") return change ? words.form.on : words.form.off;
    return f?.choices?.find((c) => c.value === change)?.label ?? change;
  };
  return (
    <ol className="grid gap-0.5 text-sm">
      {done
        .map((action, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows and shrinks at its end
          <li key={i} className="grid grid-cols-[3rem_1fr_auto] gap-2 border-b border-line py-1">
            <span className="text-quiet">{clock((action.at - start) / 1000)}</span>
            <span className="truncate">{fields.get(action.field)?.label ?? action.field}</span>
            <b>{said(action)}</b>
          </li>
        ))
        .reverse()}
    </ol>
  );
});
