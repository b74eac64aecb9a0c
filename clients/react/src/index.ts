export { ScoutingFeed, TeamPresence } from "./components.js";
export { type EventData, type EventMap, type EventName, WebSocketEvents } from "./events.js";
export { type MemberInfo, RealtimeProvider, type RealtimeProviderProps, type UsePusherOptions, useConnection, usePresenceChannel, usePusher } from "./hooks.js";
export { type ConnectionState, Realtime, type RealtimeOptions } from "./realtime.js";
export type { Socket, Tier } from "./socket.js";
