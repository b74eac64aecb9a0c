"use client";
import { useState } from "react";
import type { EventMap } from "./events.js";
import { usePresenceChannel, usePusher } from "./hooks.js";

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
  usePusher({
    channelName,
    eventName: "scouting:entry-updated",
    onEvent: ({ entry }) => setEntries((all) => all.map((e) => (e.id === entry.id ? entry : e))),
  });
  usePusher({
    channelName,
    eventName: "scouting:entry-deleted",
    onEvent: ({ entryId }) => setEntries((all) => all.filter((e) => e.id !== entryId)),
  });
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
      {Array.from(members.entries()).map(([id, info]) => (
        <span key={id}>{info.name}</span>
      ))}
    </div>
  );
}
