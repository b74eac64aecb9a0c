// Live: keeps an event's page as the log tells, by the socket or, while there is none, by asking.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, data } from "../api";
import { usePusher } from "../realtime";
import { bracketRead, type EventKey, epaRead, matchesRead, oprRead, rankingsRead, saidRead } from "./reads";
import { abortOf, type Completed, completeOf, type Entry, type Marks, type Match, markOf, noMarks, rateOf, startOf } from "./state";

const settle = 1_500; // ms that lists are asked for after a result, and as much again at random: a hall asks at different times
const most = 500; // events in one page of the log

/** Live is what the log tells beside the lists. */
export interface Live {
  marks: Marks; // how often robots were scouted
  connected: boolean;
}

type Logged = { id: string; name: string; data: unknown };

/** useLive follows an event: matches and ratings are patched as events come, lists that hang on them are asked for again. */
export function useLive(event: EventKey): Live {
  const client = useQueryClient();
  const [marks, setMarks] = useState(noMarks);
  const { season, code } = event;
  const channelName = `event-${season}-${code}`;
  const again = useAgain(client, season, code);
  const hear = useCallback(
    (name: string, told: unknown) => {
      const mark = told as Entry & { id: string };
      if (name === "scouting:new-entry") setMarks((before) => markOf(before, mark.id, mark));
      else if (patch(client, { season, code }, name, told)) again(name);
    },
    [client, season, code, again],
  );
  const reset = useCallback(() => client.invalidateQueries({ predicate: ({ queryKey }) => about(queryKey, code) }), [client, code]);
  const told = (name: string) => (payload: unknown) => hear(name, payload);
  const { isConnected } = usePusher({ channelName, eventName: "match:started", onEvent: told("match:started"), onReset: reset });
  usePusher({ channelName, eventName: "match:aborted", onEvent: told("match:aborted") });
  usePusher({ channelName, eventName: "match:completed", onEvent: told("match:completed") });
  usePusher({ channelName, eventName: "analytics:epa-updated", onEvent: told("analytics:epa-updated") });
  usePusher({ channelName, eventName: "scouting:new-entry", onEvent: told("scouting:new-entry") });
  usePast(channelName, isConnected, hear, reset);
  return { marks, connected: isConnected };
}

/**
 * usePast tells what is in the log from before the hooks began to listen: marks, and whatever came between
 * the page and the subscription. It is read once, as soon as news arrive.
 */
function usePast(channel: string, ready: boolean, hear: (name: string, told: unknown) => void, reset: () => void) {
  const done = useRef("");
  useEffect(() => {
    if (!ready || done.current === channel) return;
    const stop = new AbortController();
    read(channel, stop.signal, hear, reset).then(
      () => {
        done.current = channel;
      },
      () => {}, // it is read when the connection is back
    );
    return () => stop.abort();
  }, [channel, ready, hear, reset]);
}

async function read(channel: string, signal: AbortSignal, hear: (name: string, told: unknown) => void, reset: () => void) {
  for (let after = 0; ; ) {
    const answer = await data(
      api.GET("/api/channels/{channel}/events", { params: { path: { channel }, query: { after, limit: most } }, signal }),
    );
    const page = answer as unknown as { events: Logged[]; next: number; head: number; reset: boolean };
    if (page.reset) reset();
    for (const event of page.events ?? []) hear(event.name, event.data);
    if (page.next <= after || page.next >= page.head) return;
    after = page.next;
  }
}

// patch puts what an event tells into what is known, and reports whether that was news.
function patch(client: QueryClient, event: EventKey, name: string, told: unknown): boolean {
  const key = matchesRead(event).queryKey;
  const before = client.getQueryData(key) as Match[] | undefined;
  if (name === "analytics:epa-updated") {
    const ratings = epaRead(event).queryKey;
    client.setQueryData(ratings, (known) => known && rateOf(known, told as never));
    return true;
  }
  const change = { "match:started": startOf, "match:aborted": abortOf, "match:completed": completeOf }[name];
  if (!change || !before) return false;
  const after = change(before, told as Completed & never);
  if (after === before) return false;
  client.setQueryData(key, after as never);
  return true;
}

// useAgain asks for the lists that hang on a result, once for all that comes together.
function useAgain(client: QueryClient, season: number, code: string) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const due = useRef(new Set<readonly unknown[]>());
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (name: string) => {
      const event = { season, code };
      if (name === "match:completed") {
        for (const one of [matchesRead, rankingsRead, bracketRead, oprRead]) due.current.add(one(event).queryKey);
      }
      if (name === "analytics:epa-updated") due.current.add(saidRead(event).queryKey).add(["/api/analytics/accuracy"]);
      if (due.current.size === 0 || timer.current) return;
      timer.current = setTimeout(
        () => {
          timer.current = undefined;
          for (const queryKey of due.current) client.invalidateQueries({ queryKey });
          due.current.clear();
        },
        settle * (1 + Math.random()),
      );
    },
    [client, season, code],
  );
}

function about(queryKey: readonly unknown[], code: string) {
  const [path, params] = queryKey as [string, { path?: { code?: string } }?];
  return path === "/api/analytics/accuracy" || params?.path?.code === code;
}
