import { useState } from "react";
import { RealtimeProvider, ScoutingFeed, TeamPresence, usePusher } from "@ftcmetrics/realtime-react";

function LastMatch({ event }) {
  const [text, setText] = useState("no result yet");
  usePusher({ channelName: `event-${event}`, eventName: "match:completed", onEvent: (m) => setText(`Match ${m.matchNumber}: ${m.red.total} to ${m.blue.total}`) });
  return <p>{text}</p>;
}

export const App = ({ url, token, teamId, event }) => (
  <RealtimeProvider url={url} token={token}>
    <LastMatch event={event} /><TeamPresence teamId={teamId} /><ScoutingFeed teamId={teamId} />
  </RealtimeProvider>
);
