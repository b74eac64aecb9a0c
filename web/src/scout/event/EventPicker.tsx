import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { get, type Problem } from "../../api";
import { chooseEvent, type EventRef } from "../../event";
import type { Team } from "../../session";
import { Button, Card, Empty, Failed, Field, Form, Loading } from "../../ui";
import { words } from "../../words/scout";
import { dates } from "../../words/time";
import { useNow } from "../now";
import type { FtcEvent } from "../wire";
import { ReadyLine } from "./ReadyLine";
import { allReady, dropReady, type Ready } from "./ready";
import { eventOrder, running } from "./standing";

/**
 * EventPicker lets this device choose the FTC event that the team works on: those that the team plays at or has on this
 * device come first, others are found. It is the one picker of the app, on a page or in a dialog; done follows the choice.
 */
export function EventPicker({ team, done }: { team: Team; done?: () => void }) {
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const { mine, failed, loading, refresh } = useMine(team);
  const found = useQuery(get("/api/events", { query: { q: wanted || undefined, limit: 50 } }));
  const known = new Set(mine.map(({ event }) => key(event)));
  const others = (found.data ?? []).filter((e) => !known.has(key(e)));
  const fits = mine.filter(({ event }) => `${event.name} ${event.eventCode} ${event.city}`.toLowerCase().includes(wanted.toLowerCase()));
  const nothing = !found.isPending && fits.length === 0 && others.length === 0;
  const choose = (event: EventRef) => {
    chooseEvent(team.id, event);
    done?.();
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
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
          <Events choose={choose} list={fits} refresh={refresh} />
        </Card>
      )}
      {others.length > 0 && (
        <Card title={wanted ? words.event.found : words.event.all}>
          <Events choose={choose} list={others.map((event) => ({ event }))} refresh={refresh} />
        </Card>
      )}
      {found.isPending && !found.error && <Loading rows={3} />}
      {(failed ?? found.error) && <Failed cause={failed ?? found.error} again={() => found.refetch()} />}
      {nothing && !found.error && (
        <Empty icon="event" title={wanted ? words.event.none : words.event.nothing}>
          {wanted ? words.event.noneHelp : words.event.nothingHelp}
        </Empty>
      )}
      <ByCode choose={choose} season={found.data?.[0]?.season ?? mine[0]?.event.season} text={nothing ? wanted : ""} />
    </div>
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

type Choose = (event: EventRef) => void;

function Events({ choose, list, refresh }: { choose: Choose; list: Mine[]; refresh: () => void }) {
  const now = useNow(60_000);
  const take = ({ season, eventCode, name }: FtcEvent) => choose({ season, eventCode, name });
  return (
    <ul className="min-w-0">
      {list.map(({ event, ready }) => (
        <li key={key(event)} className="flex flex-wrap items-center gap-x-3 border-b border-line py-1 last:border-0">
          <button type="button" className="grid min-h-14 min-w-0 flex-1 content-center text-left" onClick={() => take(event)}>
            <span className="truncate font-semibold">{event.name}</span>
            <span className="truncate text-sm text-quiet">
              {[event.eventCode, dates(event.startsOn, event.endsOn), event.city].filter(Boolean).join(" · ")}
              {running(event, now) && <b className="ml-2 text-good">{words.event.now}</b>}
            </span>
          </button>
          {ready && (
            <span className="flex flex-wrap items-center gap-2">
              <ReadyLine ready={ready} reading={false} update={() => take(event)} />
              <Button look="quiet" icon="trash" className="-mx-4 text-left" onClick={() => dropReady(ready.key).then(refresh)}>
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
function ByCode({ choose, season, text }: { choose: Choose; season?: number; text: string }) {
  const seasons = useQuery(get("/api/seasons"));
  const newest = seasons.data?.[0]?.season ?? season;
  const submit = ({ code }: Record<string, string>) => {
    if (newest) choose({ season: newest, eventCode: code.trim().toUpperCase() });
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
