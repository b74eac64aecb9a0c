import { useState } from "react";
import { Link } from "wouter";
import { ButtonLink, Empty, Field, Loaded } from "../ui";
import { words } from "../words/public";
import { leadOf, whenOf } from "./facts";
import { type FtcEvent, useEvents } from "./reads";

const w = words.events;
const many = 8; // events, from which on a search helps

/** Events lists the FTC events of this server: those that run, those to come, those that are over. */
export function Events() {
  const [text, setText] = useState("");
  const events = useEvents();
  return (
    <Loaded from={events} rows={6}>
      {(list) => {
        if (list.length === 0)
          return (
            <Empty icon="event" title={w.empty}>
              {w.emptyHelp} <code>{w.command}</code>
            </Empty>
          );
        const found = list.filter((event) => leadOf(event).concat(" ", event.name).toLowerCase().includes(text.trim().toLowerCase()));
        return (
          <div className="grid grid-cols-1 gap-4">
            {list.length > many && <Field label={w.search} type="search" value={text} onChange={(e) => setText(e.target.value)} />}
            {found.length === 0 && <p className="text-quiet">{w.none(text)}</p>}
            {(["now", "next", "past"] as const).map((when) => (
              <Group key={when} title={w[when]} events={partOf(found, when)} />
            ))}
            <p>
              <ButtonLink to="/t">{w.teams}</ButtonLink>
            </p>
          </div>
        );
      }}
    </Loaded>
  );
}

function Group({ title, events }: { title: string; events: FtcEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section className="grid grid-cols-1 gap-2">
      <h2>{title}</h2>
      <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2">
        {events.map((event) => (
          <li key={`${event.season}/${event.eventCode}`}>
            <Link href={`/e/${event.season}/${event.eventCode}`} className="pub-event">
              <span className="block truncate font-semibold">{event.name || event.eventCode}</span>
              <span className="block truncate text-sm text-quiet">{leadOf(event)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function partOf(events: FtcEvent[], when: "now" | "next" | "past"): FtcEvent[] {
  const sign = when === "past" ? -1 : 1;
  return events
    .filter((event) => whenOf(event, Date.now()) === when)
    .sort((a, b) => sign * (a.startsOn ?? "").localeCompare(b.startsOn ?? "") || a.eventCode.localeCompare(b.eventCode));
}
