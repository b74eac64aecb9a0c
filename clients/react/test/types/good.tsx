// Compiles. It has the signatures of the project's first design, as front ends use them.
import { useCallback, useState } from "react";
import Pusher from "pusher-js";
import { type EventMap, RealtimeProvider, ScoutingFeed, TeamPresence, useConnection, usePresenceChannel, usePusher } from "@ftcmetrics/realtime-react";
import { WebSocketEvents } from "@ftcmetrics/realtime-react/events";
import type { paths } from "@ftcmetrics/realtime-react/openapi";

declare module "@ftcmetrics/realtime-react" {
  interface EventMap {
    "pit:called": { team: number };
  }
}

export function LiveScoutingFeed({ teamId }: { teamId: string }) {
  const [entries, setEntries] = useState<Array<{ id: string; scoutedTeamNumber: number; matchNumber: number; totalScore: number }>>([]);
  const handleNewEntry = useCallback((data: unknown) => {
    const { entry } = data as { entry: (typeof entries)[0] };
    setEntries((prev) => [entry, ...prev].slice(0, 50));
  }, []);
  const { isConnected } = usePusher({ channelName: `private-team-${teamId}`, eventName: "scouting:entry-created", onEvent: handleNewEntry });
  return <p>{isConnected && entries.length}</p>;
}

export function Online({ teamId }: { teamId: string }) {
  const { members, myId, memberCount } = usePresenceChannel(`presence-team-${teamId}`);
  return (
    <div id={myId ?? ""}>
      {memberCount}
      {Array.from(members.entries()).map(([id, info]) => <span key={id}>{(info as { name: string }).name}</span>)}
    </div>
  );
}

export function Typed({ match }: { match: string | null }) {
  const [sum, setSum] = useState(0);
  usePusher({ channelName: match, eventName: WebSocketEvents.MATCH_COMPLETED, onEvent: (m) => setSum(m.red.total + m.blue.total + m.seq) });
  usePusher({ channelName: match, eventName: "scouting:entry-created", onEvent: ({ entry }) => setSum(entry.totalScore) });
  usePusher({ channelName: match, eventName: "pit:called", onEvent: ({ team }) => setSum(team), tier: "low" });
  usePusher({ channelName: match, eventName: "client-typing", onEvent: (data) => setSum(Number(data)) });
  const { state } = useConnection();
  const { members } = usePresenceChannel<{ colour: string }>(match);
  return <p>{sum} {state} {[...members.values()].map((member) => member.colour)}</p>;
}

export type Left = EventMap["team:member-left"]["userId"];
export type Entries = paths["/api/scouting/entries"]["get"]["responses"]["200"]["content"]["application/json"]["data"];

export const App = () => (
  <RealtimeProvider url="https://scout.example.org" token={() => "token"} client={new Pusher("key", { cluster: "mt1" })} tier="critical">
    <ScoutingFeed teamId="t" />
    <TeamPresence teamId="t" />
  </RealtimeProvider>
);
