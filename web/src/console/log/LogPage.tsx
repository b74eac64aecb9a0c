import { useDeferredValue, useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button, cx, Empty, Failed, Field, Loading, Page, Stale } from "../../ui";
import { words } from "../../words/console";
import { Silence } from "../Notices";
import { LineRow } from "./LineRow";
import { found, keyOf, kinds, type Line } from "./lines";
import { type Filter, useLog } from "./useLog";

const text = words.log;
const most = 300; // lines that are drawn

/** LogPage is the debug log, live. The address holds the filter, so that other pages can trace a user or a channel. */
export default function LogPage() {
  const search = useSearch();
  const [, go] = useLocation();
  const params = new URLSearchParams(search);
  const filter: Filter = { kind: params.get("kind") ?? "", user: params.get("user") ?? "", channel: params.get("channel") ?? "" };
  const change = (name: keyof Filter, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    go(`/console/log?${next}`, { replace: true });
  };
  const log = useLog(useSettled(filter));
  const [frozen, setFrozen] = useState<Line[] | null>(null);
  const [wanted, setWanted] = useState("");
  const lines = found(frozen ?? log.lines, useDeferredValue(wanted));
  const waiting = frozen ? log.lines.length - Math.max(0, log.lines.indexOf(frozen.at(-1)!) + 1) : 0;
  const cannot = log.failed?.code === "driver-cannot";
  const filtered = !!(wanted || filter.kind || filter.user || filter.channel);
  return (
    <Page
      title={words.pages.log}
      lead={text.lead}
      full
      actions={
        !cannot && (
          <>
            <span
              role="status"
              data-live={!frozen && !log.failed}
              className={cx("self-center text-sm font-medium", frozen ? "text-warn" : "text-good")}
            >
              {frozen ? text.waiting(waiting) : !log.failed && text.live}
            </span>
            <Button onClick={() => setFrozen(frozen ? null : log.lines)}>{frozen ? text.resume : text.pause}</Button>
            <Button
              onClick={() => {
                log.clear();
                if (frozen) setFrozen([]);
              }}
            >
              {text.clear}
            </Button>
          </>
        )
      }
    >
      {cannot ? (
        <Empty icon="warn" title={words.lists.cannot}>
          {log.failed!.detail}
        </Empty>
      ) : (
        <>
          <Filters filter={filter} wanted={wanted} onWanted={setWanted} onChange={change} />
          <Silence nodes={log.silent} />
          {log.failed &&
            (log.asked && log.failed.passing ? (
              <Stale at={0} cause={log.failed} />
            ) : (
              <Failed cause={log.failed} again={log.failed.passing ? undefined : log.again} />
            ))}
          {log.lost > 0 && <p className="rounded-lg bg-warn-wash px-3 py-2 text-sm text-warn">{text.lost(log.lost)}</p>}
          {!log.asked && !log.failed && <Loading rows={4} />}
          {log.asked && lines.length === 0 && (
            <Empty icon="search" title={filtered ? text.noneFits : text.none}>
              {filtered ? text.noneFitsHelp : text.noneHelp}
            </Empty>
          )}
          {lines.length > 0 && (
            <ol
              aria-label={text.lines}
              data-rows
              className="grid divide-y divide-line overflow-hidden rounded-card border border-line bg-card"
            >
              {lines.slice(0, most).map((line) => (
                <LineRow key={keyOf(line)} line={line} />
              ))}
            </ol>
          )}
          {lines.length > most && <p className="text-sm text-quiet">{text.older(lines.length - most)}</p>}
        </>
      )}
    </Page>
  );
}

// useSettled follows a filter once nobody types in it any more: the server makes lines for a few filters at a time.
function useSettled(filter: Filter): Filter {
  const [settled, setSettled] = useState(filter);
  const { kind, user, channel } = filter;
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ kind, user, channel }), 400);
    return () => clearTimeout(timer);
  }, [kind, user, channel]);
  return settled;
}

type FiltersProps = {
  filter: Filter;
  wanted: string;
  onWanted: (text: string) => void;
  onChange: (name: keyof Filter, value: string) => void;
};

function Filters({ filter, wanted, onWanted, onChange }: FiltersProps) {
  const chosen = filter.kind.split(",").filter(Boolean);
  const toggle = (kind: string) =>
    onChange("kind", (chosen.includes(kind) ? chosen.filter((each) => each !== kind) : [...chosen, kind]).join(","));
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 xl:max-w-4xl">
        <Field label={text.find} type="search" value={wanted} onChange={(event) => onWanted(event.target.value)} />
        <Field label={text.user} type="search" value={filter.user} onChange={(event) => onChange("user", event.target.value.trim())} />
        <Field
          label={text.channel}
          type="search"
          value={filter.channel}
          title={text.channelHelp}
          onChange={(event) => onChange("channel", event.target.value.trim())}
        />
      </div>
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{text.kinds}</legend>
        {kinds.map((kind) => (
          <label
            key={kind}
            className="flex min-h-9 items-center rounded-full border border-edge/60 px-3 text-sm font-medium has-checked:border-accent has-checked:bg-accent-wash has-checked:text-accent-text has-focus-visible:outline-3 has-focus-visible:outline-[var(--focus)]"
          >
            <input type="checkbox" className="sr-only" checked={chosen.includes(kind)} onChange={() => toggle(kind)} />
            {text.kind[kind]}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
