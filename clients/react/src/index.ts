export type { EventData, EventMap, EventName } from "./events.js";
export { type MemberInfo, RealtimeProvider, ScoutingFeed, TeamPresence, type RealtimeProviderProps, type UsePusherOptions, useConnection, usePresenceChannel, usePusher } from "./hooks.js";
export type { ConnectionState, Socket, Tier } from "./realtime.js";
