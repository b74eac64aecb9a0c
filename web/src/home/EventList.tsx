import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { get, type Schemas } from "../api";
import { Empty, Field, Icon, Loaded } from "../ui";
import { words } from "../words/app";
import { dates } from "../words/time";

/** EventList lists the newest season's FTC events, with a search where there are many. */
export function EventList() {
  const [search, setSearch] = useState("");
  const events = useQuery(get("/api/events", { query: { limit: 500 } }));
  return (
    <Loaded from={events} rows={4}>
      {(list) => {
        if (list.length === 0)
          return (
            <Empty icon="event" title={words.home.noEvents}>
              {words.home.noEventsHelp}
            </Empty>
          );
        const found = list.filter(({ name, eventCode, city }) =>
          `${name} ${eventCode} ${city ?? ""}`.toLowerCase().includes(search.trim().toLowerCase()),
        );
        return (
          <div className="grid gap-3">
            {list.length > 8 && (
              <Field
                label={words.home.search}
                hideLabel
                placeholder={words.home.search}
                type="search"
                value={search}
                onChange={(e) => setSearch(e.target.value)}
              />
            )}
            {found.length === 0 ? (
              <p className="text-quiet">{words.home.noneFound(search)}</p>
            ) : (
              <ul className="grid gap-2 sm:grid-cols-2">
                {found.map((event) => (
                  <Row key={event.eventCode} event={event} />
                ))}
              </ul>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

type FtcEvent = NonNullable<Schemas["FtcEventListAnswer"]["data"]>[number];

function Row({ event }: { event: FtcEvent }) {
  const where = [dates(event.startsOn, event.endsOn), event.city].filter(Boolean).join(" · ");
  return (
    <li>
      <Link
        href={`/e/${event.season}/${encodeURIComponent(event.eventCode)}`}
        className="flex min-h-16 items-center justify-between gap-3 rounded-lg border border-line bg-card px-4 py-2 text-ink no-underline"
      >
        <span className="min-w-0">
          <span className="block truncate font-semibold">{event.name || event.eventCode}</span>
          <span className="block truncate text-sm text-quiet">
            {event.eventCode}
            {where && ` · ${where}`}
          </span>
        </span>
        <Icon name="next" className="size-5 text-quiet" />
      </Link>
    </li>
  );
}
