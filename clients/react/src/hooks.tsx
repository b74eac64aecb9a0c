"use client";
import { type ReactNode, createContext, useCallback, useContext, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { EventData, EventName } from "./events.js";
import { type Members, nobody } from "./line.js";
import { type ConnectionState, Realtime } from "./realtime.js";
import type { Socket, Tier } from "./socket.js";

const Context = createContext<Realtime | null>(null);

export interface RealtimeProviderProps {
  /** Address of the server, such as https://scout.example.org; left out it is the page's own. */
  url?: string;
  /** The user's token, or a function that returns it; left out, the session cookie is used. */
  token?: string | null | (() => string | null | undefined | Promise<string | null | undefined>);
  /** A pusher-js client of your own. Left out, one is made as the server says. */
  client?: Socket;
  /** How often to ask where there is no socket, for hooks that do not say. */
  tier?: Tier;
  children?: ReactNode;
}

/**
 * RealtimeProvider connects the hooks below it to one server and one user. Another user is
 * another connection: nothing of the first one's is kept.
 */
export function RealtimeProvider({ url, token, client, tier, children }: RealtimeProviderProps) {
  const ask = useLatest(token);
  const fixed = typeof token === "function" ? undefined : token;
  const realtime = useMemo(
    () => new Realtime({ url, client, tier, token: () => (typeof ask.current === "function" ? ask.current() : fixed) }),
    [url, client, tier, fixed, ask],
  );
  return <Context.Provider value={realtime}>{children}</Context.Provider>;
}

export interface UsePusherOptions<Name extends EventName> {
  /** null listens to nothing. */
  channelName: string | null;
  eventName: Name;
  /** Called for each event once and in order; the function of the latest render. */
  onEvent: (data: EventData<Name>) => void;
  /** Called when what was missed cannot be told any more: load the present state. */
  onReset?: () => void;
  tier?: Tier;
}

/** usePusher calls onEvent for each such event of the channel, while the component is there. */
export function usePusher<Name extends EventName>({ channelName, eventName, onEvent, onReset, tier }: UsePusherOptions<Name>) {
  const latest = useLatest({ onEvent, onReset });
  const isConnected = useChannel(
    channelName,
    (line) => line?.live ?? false,
    useCallback(
      () => ({
        event: eventName,
        tier,
        onEvent: (data: unknown) => latest.current.onEvent(data as EventData<Name>),
        onReset: () => latest.current.onReset?.(),
      }),
      [eventName, tier, latest],
    ),
  );
  return { isConnected };
}

/** MemberInfo is what the server tells of a member. */
export interface MemberInfo {
  name: string;
  displayName: string;
  role?: string;
  deviceLabel?: string;
}

/** usePresenceChannel says who is in the channel: each user once, whatever their tabs. */
export function usePresenceChannel<Info = MemberInfo>(channelName: string | null) {
  const { members, myId } = useChannel<Members>(channelName, (line) => line?.present ?? nobody);
  const isConnected = useChannel(channelName, (line) => line?.live ?? false);
  return { members: members as Map<string, Info>, myId, memberCount: members.size, isConnected };
}

/** useConnection says by which way news arrive at present. */
export function useConnection(): { state: ConnectionState; isConnected: boolean; isPolling: boolean } {
  const realtime = useRealtime();
  const state = useSyncExternalStore<ConnectionState>(
    useCallback((changed) => realtime.watchState(changed), [realtime]),
    () => realtime.state,
    () => "connecting",
  );
  return useMemo(() => ({ state, isConnected: state === "connected", isPolling: state === "polling" }), [state]);
}

function useRealtime(): Realtime {
  const realtime = useContext(Context);
  if (!realtime) throw new Error("Put a <RealtimeProvider> around the components that use its hooks.");
  return realtime;
}

type Line = ReturnType<Realtime["line"]>;
type Listener = Parameters<Realtime["use"]>[2];

// useChannel uses the channel while the component is there, and returns what read makes of it.
function useChannel<Seen>(name: string | null, read: (line: Line) => Seen, listener?: () => Listener): Seen {
  const realtime = useRealtime();
  return useSyncExternalStore(
    useCallback((changed) => (name ? realtime.use(name, changed, listener?.()) : () => {}), [realtime, name, listener]),
    () => read(name ? realtime.line(name) : undefined),
    () => read(undefined),
  );
}

// useLatest keeps the value of the latest render for calls that come between renders.
function useLatest<Value>(value: Value) {
  const latest = useRef(value);
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
