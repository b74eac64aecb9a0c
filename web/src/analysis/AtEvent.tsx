import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { get } from "../api";
import { useSession } from "../session";
import { Card, Empty, Field, Icon, Loaded, Loading, Page } from "../ui";
import { words } from "../words/analysis";
import { dates } from "../words/time";
import { type At, chooseEvent, useAt } from "./at";
import { useLiveFigures } from "./live";

/** AtEvent shows a page about the chosen FTC event, or lets one be chosen first. */
export function AtEvent({ title, children }: { title: string; children: (at: At) => ReactNode }) {
  const at = useAt();
  if (at === undefined)
    return (
      <Page title={title}>
        <Loading rows={4} />
      </Page>
    );
  if (!at)
    return (
      <Page title={title} lead={words.event.which} narrow>
        <EventChoice />
      </Page>
    );
  return (
    <Live key={`${at.team.id} ${at.season} ${at.eventCode}`} at={at}>
      {children(at)}
    </Live>
  );
}

function Live({ at, children }: { at: At; children: ReactNode }) {
  useLiveFigures(at);
  return children;
}

function EventChoice() {
  const { team } = useSession();
  const [search, setSearch] = useState("");
  const events = useQuery(get("/api/events", { query: { limit: 500 } }));
  return (
    <Card>
      <Loaded from={events}>
        {(list) => {
          if (list.length === 0)
            return (
              <Empty icon="event" title={words.event.none}>
                {words.event.noneHelp}
              </Empty>
            );
          const wanted = search.trim().toLowerCase();
          const found = list.filter(({ name, eventCode }) => `${name} ${eventCode}`.toLowerCase().includes(wanted)).slice(0, 50);
          return (
            <>
              <Field label={words.event.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
              <ul className="grid gap-2">
                {found.map(({ season, eventCode, name, startsOn, endsOn }) => (
                  <li key={eventCode}>
                    <button
                      type="button"
                      className="flex min-h-14 w-full items-center justify-between gap-3 rounded-lg border border-line bg-card px-4 py-2 text-left"
                      onClick={() => chooseEvent(team!.id, { season, eventCode, name })}
                    >
                      <span className="min-w-0">
                        <span className="block truncate font-semibold">{name || eventCode}</span>
                        <span className="block text-sm text-quiet">{[eventCode, dates(startsOn, endsOn)].filter(Boolean).join(" · ")}</span>
                      </span>
                      <Icon name="next" className="text-quiet" />
                    </button>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}
