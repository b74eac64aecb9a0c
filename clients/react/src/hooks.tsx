"use client";
import { type ReactNode, createContext, useCallback, useContext, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { EventData, EventMap, EventName } from "./events.js";
import { type ConnectionState, type Line, type Listener, type Realtime, type Socket, type Tier, createRealtime, nobody } from "./realtime.js";

const Context = createContext<Realtime | null>(null);

export interface RealtimeProviderProps {
  /** Address of the server, such as https://scout.example.org; left out it is the page's own. */
  url?: string;
  /** The user's token, or a function that returns it; left out, the session cookie is used. */
  token?: string | null | (() => string | null | undefined);
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
  const latest = useLatest(token);
  const realtime = useMemo(
    () => createRealtime({ url, client, tier, token: () => (typeof latest.current === "function" ? latest.current() : latest.current) }),
    [url, client, tier, typeof token === "function" || token, latest],
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
    (line) => !!line?.live,
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
  const { members, myId } = useChannel(channelName, (line) => line?.present ?? nobody);
  return { members: members as Map<string, Info>, myId, memberCount: members.size };
}

/** useConnection says by which way news arrive at present. */
export function useConnection(): { state: ConnectionState } {
  const realtime = useRealtime();
  const state = useSyncExternalStore<ConnectionState>(realtime.watch, realtime.state, () => "connecting");
  return { state };
}

function useRealtime(): Realtime {
  const realtime = useContext(Context);
  if (!realtime) throw new Error("no <RealtimeProvider>");
  return realtime;
}

// useChannel uses the channel while the component is there, and returns what read makes of it.
function useChannel<Seen>(name: string | null, read: (line?: Line) => Seen, listener?: () => Listener): Seen {
  const realtime = useRealtime();
  return useSyncExternalStore(
    useCallback((changed) => (name ? realtime.use(name, changed, listener?.()) : () => {}), [realtime, name, listener]),
    () => read(name ? realtime.line(name) : undefined),
    () => read(),
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

type Entry = EventMap["scouting:entry-created"]["entry"];

/** ScoutingFeed lists the team's newest entries as they are recorded, changed and deleted. */
export function ScoutingFeed({ teamId }: { teamId: string }) {
  return <Feed key={teamId} teamId={teamId} />;
}

function Feed({ teamId }: { teamId: string }) {
  const [entries, setEntries] = useState<Entry[]>([]);
  const channelName = `private-team-${teamId}`;
  const { isConnected } = usePusher({
    channelName,
    eventName: "scouting:entry-created",
    onEvent: ({ entry }) => setEntries((all) => [entry, ...all].slice(0, 50)),
    onReset: () => setEntries([]),
  });
  usePusher({ channelName, eventName: "scouting:entry-updated", onEvent: ({ entry }) => setEntries((all) => all.map((e) => (e.id === entry.id ? entry : e))) });
  usePusher({ channelName, eventName: "scouting:entry-deleted", onEvent: ({ entryId }) => setEntries((all) => all.filter((e) => e.id !== entryId)) });
  return (
    <div>
      <span role="status" aria-label={isConnected ? "live" : "not connected"} className={`w-2 h-2 rounded-full ${isConnected ? "bg-green-500" : "bg-red-500"}`} />
      <ul>
        {entries.map((e) => (
          <li key={e.id}>
            Team {e.scoutedTeamNumber} - Match {e.matchNumber}: {e.totalScore}pts
          </li>
        ))}
      </ul>
    </div>
  );
}

/** TeamPresence lists who of the team is online. */
export function TeamPresence({ teamId }: { teamId: string }) {
  const { members, memberCount } = usePresenceChannel(`presence-team-${teamId}`);
  return (
    <div>
      <h3>Online ({memberCount})</h3>
      {[...members].map(([id, info]) => (
        <span key={id}>{info.name}</span>
      ))}
    </div>
  );
}
