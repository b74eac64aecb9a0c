import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { get, type Problem } from "../../api";
import { chooseEvent } from "../../event";
import type { Team } from "../../session";
import { Button, Card, Empty, Failed, Field, Form, Loading, Page } from "../../ui";
import { words } from "../../words/scout";
import { dates } from "../../words/time";
import { useNow } from "../now";
import type { FtcEvent } from "../wire";
import { ReadyLine } from "./ReadyLine";
import { allReady, dropReady, type Ready } from "./ready";
import { eventOrder, running } from "./standing";

/** EventPicker lists the FTC events that the team plays at, has scouted, or has on this device, and finds others. */
export function EventPicker({ team }: { team: Team }) {
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const { mine, failed, loading, refresh } = useMine(team);
  const found = useQuery(get("/api/events", { query: { q: wanted || undefined, limit: 50 } }));
  const known = new Set(mine.map(({ event }) => key(event)));
  const others = (found.data ?? []).filter((e) => !known.has(key(e)));
  const fits = mine.filter(({ event }) => `${event.name} ${event.eventCode} ${event.city}`.toLowerCase().includes(wanted.toLowerCase()));
  const nothing = !found.isPending && fits.length === 0 && others.length === 0;
  return (
    <Page title={words.event.title} lead={words.event.lead}>
      <Field
        label={words.event.search}
        hideLabel
        placeholder={words.event.search}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {loading && <Loading rows={2} />}
      {fits.length > 0 && (
        <Card title={words.event.mine}>
          <Events team={team} list={fits} refresh={refresh} />
        </Card>
      )}
      {others.length > 0 && (
        <Card title={wanted ? words.event.found : words.event.all}>
          <Events team={team} list={others.map((event) => ({ event }))} refresh={refresh} />
        </Card>
      )}
      {found.isPending && !found.error && <Loading rows={3} />}
      {(failed ?? found.error) && <Failed cause={failed ?? found.error} again={() => found.refetch()} />}
      {nothing && !found.error && (
        <Empty icon="event" title={wanted ? words.event.none : words.event.nothing}>
          {wanted ? words.event.noneHelp : words.event.nothingHelp}
        </Empty>
      )}
      <ByCode team={team} season={found.data?.[0]?.season ?? mine[0]?.event.season} text={nothing ? wanted : ""} />
    </Page>
  );
}

interface Mine {
  event: FtcEvent;
  ready?: Ready;
}

const key = (event: FtcEvent) => `${event.season}/${event.eventCode}`;

// useMine finds the team's events: where its robot plays, and what is on this device.
function useMine(team: Team): { mine: Mine[]; failed?: Problem; loading: boolean; refresh: () => void } {
  const now = useNow(60_000);
  const kept = useQuery({ queryKey: ["scout-events", team.id], staleTime: 0, queryFn: () => allReady(team.id) });
  const profile = useQuery({ ...get("/api/ftc-teams/{number}", { path: { number: team.teamNumber } }), retry: false });
  const mine = useMemo(() => {
    const all = new Map<string, Mine>();
    for (const event of profile.data?.events ?? []) all.set(key(event), { event });
    for (const ready of kept.data ?? []) all.set(key(ready.event), { event: ready.event, ready });
    return [...all.values()].sort((a, b) => eventOrder(now)(a.event, b.event));
  }, [profile.data, kept.data, now]);
  const failed = profile.error && profile.error.status !== 404 ? profile.error : undefined;
  return { mine, failed, loading: kept.isPending, refresh: () => kept.refetch() };
}

function Events({ team, list, refresh }: { team: Team; list: Mine[]; refresh: () => void }) {
  const [, go] = useLocation();
  const now = useNow(60_000);
  const choose = (event: FtcEvent) => {
    chooseEvent(team.id, { season: event.season, eventCode: event.eventCode, name: event.name });
    go("/scout");
  };
  return (
    <ul className="min-w-0">
      {list.map(({ event, ready }) => (
        <li key={key(event)} className="flex flex-wrap items-center gap-x-3 border-b border-line py-1 last:border-0">
          <button type="button" className="grid min-h-14 min-w-0 flex-1 content-center text-left" onClick={() => choose(event)}>
            <span className="truncate font-semibold">{event.name}</span>
            <span className="truncate text-sm text-quiet">
              {[event.eventCode, dates(event.startsOn, event.endsOn), event.city].filter(Boolean).join(" · ")}
              {running(event, now) && <b className="ml-2 text-good">{words.event.now}</b>}
            </span>
          </button>
          {ready && (
            <span className="flex flex-wrap items-center gap-2">
              <ReadyLine ready={ready} reading={false} update={() => choose(event)} />
              <Button look="quiet" icon="trash" onClick={() => dropReady(ready.key).then(refresh)}>
                {words.event.drop}
              </Button>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** ByCode is for a league meet that the server does not know. */
function ByCode({ team, season, text }: { team: Team; season?: number; text: string }) {
  const [, go] = useLocation();
  const seasons = useQuery(get("/api/seasons"));
  const newest = seasons.data?.[0]?.season ?? season;
  const submit = ({ code }: Record<string, string>) => {
    if (!newest) return;
    chooseEvent(team.id, { season: newest, eventCode: code.trim().toUpperCase() });
    go("/scout");
  };
  return (
    <details className="rounded-card border border-line bg-card px-4" open={text !== "" || undefined}>
      <summary className="flex min-h-14 items-center font-semibold">{words.event.byCode}</summary>
      <div className="pb-4">
        <Form onSubmit={submit}>
          <Field
            label={words.event.code}
            help={words.event.codeHelp}
            name="code"
            required
            maxLength={40}
            pattern="[A-Za-z0-9_\-]+"
            defaultValue={text}
            autoCapitalize="characters"
          />
          <Button type="submit" disabled={!newest}>
            {words.event.codeGo}
          </Button>
        </Form>
      </div>
    </details>
  );
}
