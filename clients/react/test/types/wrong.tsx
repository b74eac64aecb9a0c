// Does not compile: each line that is marked is an error.
import { type EventMap, ScoutingFeed, usePresenceChannel, usePusher } from "@ftcmetrics/realtime-react";
import type { paths } from "@ftcmetrics/realtime-react/openapi";

export function Wrong() {
  usePusher({ channelName: "event-X", eventName: "match:finished", onEvent: () => {} }); // wrong: no such event
  usePusher({ channelName: "event-X", eventName: "match:completed", onEvent: (m) => m.red.points }); // wrong: no such field
  usePusher({ channelName: "event-X", eventName: "scouting:new-entry", onEvent: (e) => e.scouter }); // wrong: nothing private on a public channel
  usePusher({ channelName: "event-X", eventName: "match:started", onEvent: (m) => m.matchNumber.trim() }); // wrong: a number
  usePusher({ channelName: 7, eventName: "match:started", onEvent: () => {} }); // wrong: no name
  usePusher({ channelName: "event-X", eventName: "match:started", onEvent: () => {}, tier: "now" }); // wrong: no tier
  const { count } = usePresenceChannel("presence-team-X"); // wrong: no such field
  return <ScoutingFeed team={count} />; // wrong: another name
}

export type Entry = EventMap["scouting:entry-created"]["entry"]["points"]; // wrong: no such field
export type Nowhere = paths["/api/nowhere"]; // wrong: no such path
