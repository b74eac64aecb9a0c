// An application that shows what the test asks for, in StrictMode unless settings say else.
import { Fragment, StrictMode, useCallback } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import Pusher from "pusher-js";
import { RealtimeProvider, ScoutingFeed, TeamPresence, useConnection, usePresenceChannel, usePusher } from "hooks";

window.Pusher = Pusher;
window.heard = {}; // by component, what it was told: [render, seq, data]
window.resets = [];

function Listener({ id, channel, event, round, tier }) {
  const tell = useCallback((data) => (window.heard[id] ??= []).push([round, data.seq, data]), [id, round]);
  const { isConnected } = usePusher({ channelName: channel, eventName: event, onEvent: tell, onReset: () => window.resets.push(id), tier });
  return <p id={id}>{isConnected ? "live" : "waiting"}</p>;
}

function Present({ id, channel }) {
  const { members, myId, memberCount } = usePresenceChannel(channel);
  return <p id={id}>{[memberCount, members.has(myId), ...[...members.values()].map((info) => info.name).sort()].join(" ")}</p>;
}

function Connection() {
  return <p id="connection">{useConnection().state}</p>;
}

const kinds = { Listener, Present, ScoutingFeed, TeamPresence };

function App({ provider, parts }) {
  return (
    <RealtimeProvider {...provider}>
      <Connection />
      {parts.map(([kind, props]) => {
        const Part = kinds[kind];
        return <section key={props.id ?? kind} id={"of-" + (props.id ?? kind)}><Part {...props} /></section>;
      })}
    </RealtimeProvider>
  );
}

const root = createRoot(document.getElementById("root"));
const Mode = window.settings.loose ? Fragment : StrictMode;
window.show = (provider, parts) => flushSync(() => root.render(<Mode><App provider={provider} parts={parts} /></Mode>));
window.leave = () => root.unmount();
window.ready = true;
