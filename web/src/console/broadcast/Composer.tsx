import { useState } from "react";
import type { Problem } from "../../api";
import { Button, Choice, Field, Select } from "../../ui";
import { words } from "../../words/console";
import { JsonField, readObject } from "../JsonField";
import { SchemaForm } from "./SchemaForm";
import { blank, faultsOf, type Registry } from "./schema";
import type { Draft } from "./sent";

const text = words.broadcast;

type Props = { start: Draft; registry: Registry; busy: boolean; failed: Problem | null; onSend: (draft: Draft) => void };

/** Composer is the form of a broadcast. What is wrong is told at its field: at once by the schema, then by the server. */
export function Composer({ start, registry, busy, failed, onSend }: Props) {
  const find = (name: string) => registry.events.find((event) => event.name === name);
  const [picked, setPicked] = useState(find(start.name) ? start.name : "");
  const [free, setFree] = useState(find(start.name) ? "" : start.name);
  const [channels, setChannels] = useState(start.channels.join(" "));
  const [json, setJson] = useState(JSON.stringify(start.data, null, 2));
  const [how, setHow] = useState<"form" | "json">("form");
  const [tried, setTried] = useState(false);
  const known = find(picked);
  const name = known?.name ?? free.trim();
  const list = channels.split(/[\s,]+/).filter(Boolean);
  const data = readObject(json);
  const faults = known && data.value ? faultsOf(known.schema, registry, data.value) : [];
  const shown = tried ? [...faults, ...(failed?.fields ?? [])] : [];
  const open = list.flatMap((channel) => channel.match(/\{[^}]*\}/g) ?? [])[0];
  const channelFault = open
    ? text.placeholder(open)
    : list.length === 0
      ? text.missing
      : failed?.fields.find(({ pointer }) => pointer.startsWith("/channel"))?.detail;
  const pick = (next: string) => {
    setPicked(next);
    setTried(false);
    const event = find(next);
    if (!event) return;
    setJson(JSON.stringify(blank(event.schema, registry), null, 2));
    const fits = event.channels.some((pattern) => list[0]?.startsWith(pattern.split("{")[0]!));
    if (!fits) setChannels(event.channels[0] ?? "");
  };
  const submit = () => {
    setTried(true);
    if (data.value && name && list.length > 0 && !open && faults.length === 0) onSend({ name, channels: list, data: data.value });
  };
  const asForm = how === "form" && known && data.value;
  const elsewhere = shown
    .filter(({ pointer }) => pointer.startsWith("/data"))
    .map(({ pointer, detail }) => `${pointer.slice(6)} ${detail}`);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Select label={text.event} value={picked} onChange={(event) => pick(event.target.value)} data-search>
        <option value="">{text.free}</option>
        {registry.events.map((event) => (
          <option key={event.name}>{event.name}</option>
        ))}
      </Select>
      {known ? (
        <p className="-mt-2 text-sm text-quiet">{`${known.summary} ${text.patterns(known.channels)}`}</p>
      ) : (
        <Field
          label={text.name}
          value={free}
          maxLength={200}
          onChange={(event) => setFree(event.target.value)}
          fault={tried && !name ? text.needed : tried ? failed?.field("name") : undefined}
        />
      )}
      <Field
        label={text.channels}
        help={text.channelsHelp}
        value={channels}
        spellCheck={false}
        onChange={(event) => setChannels(event.target.value)}
        fault={tried ? channelFault : undefined}
      />
      {known && (
        <Choice
          label={text.how}
          value={how}
          onChange={setHow}
          options={[
            { value: "form", word: text.form },
            { value: "json", word: text.json },
          ]}
        />
      )}
      {asForm ? (
        <SchemaForm
          schema={known.schema}
          registry={registry}
          value={data.value}
          name={text.data}
          pointer="/data"
          faults={shown}
          onChange={(next) => setJson(JSON.stringify(next, null, 2))}
        />
      ) : (
        <JsonField label={text.data} rows={12} value={json} onChange={setJson} fault={data.fault ?? (elsewhere.join("; ") || undefined)} />
      )}
      <p role="alert" className="font-medium text-bad empty:hidden">
        {failed && failed.fields.length === 0 ? failed.detail : ""}
      </p>
      <div>
        <Button type="submit" look="main" busy={busy}>
          {text.send}
        </Button>
      </div>
    </form>
  );
}
