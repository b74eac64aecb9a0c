// The hooks of the project's first design, as they stand there, but for the types and for
// where the client comes from. They are the control of the tests: what they get wrong, the
// tests must see.
import { useEffect, useState } from "react";
import Pusher from "pusher-js";

let pusherInstance = null;
export function getPusherClient() {
  if (!pusherInstance) {
    const { key, host, port, api, token } = window.settings;
    pusherInstance = new Pusher(key, {
      wsHost: host, wsPort: port, wssPort: port, forceTLS: false, disableStats: true, enabledTransports: ["ws", "wss"], cluster: "mt1",
      authEndpoint: `${api}/api/pusher/auth`, auth: { headers: { "X-User-Id": token || "" } },
    });
  }
  return pusherInstance;
}

export function RealtimeProvider({ children }) {
  return children;
}

export function usePusher({ channelName, eventName, onEvent }) {
  const [isConnected, setIsConnected] = useState(false);
  useEffect(() => {
    const pusher = getPusherClient();
    const ch = pusher.subscribe(channelName);
    ch.bind("pusher:subscription_succeeded", () => setIsConnected(true));
    ch.bind(eventName, onEvent);
    return () => {
      ch.unbind(eventName, onEvent);
      pusher.unsubscribe(channelName);
    };
  }, [channelName, eventName, onEvent]);
  return { isConnected };
}

export function usePresenceChannel(channelName) {
  const [members, setMembers] = useState(new Map());
  const [myId, setMyId] = useState(null);
  useEffect(() => {
    const pusher = getPusherClient();
    const channel = pusher.subscribe(channelName);
    channel.bind("pusher:subscription_succeeded", (data) => {
      setMembers(new Map(Object.entries(data.members)));
      setMyId(data.myID);
    });
    channel.bind("pusher:member_added", (member) => {
      setMembers((prev) => new Map(prev).set(member.id, member.info));
    });
    channel.bind("pusher:member_removed", (member) => {
      setMembers((prev) => { const next = new Map(prev); next.delete(member.id); return next; });
    });
    return () => pusher.unsubscribe(channelName);
  }, [channelName]);
  return { members, myId, memberCount: members.size };
}

export const useConnection = () => ({ state: "" });
export const ScoutingFeed = () => null;
export const TeamPresence = () => null;
