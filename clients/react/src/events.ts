import type { webhooks } from "./openapi.js";

type Payload<Operation> = Operation extends { requestBody: { content: { "application/json": infer P } } } ? P : never;
type Documented = { [Name in keyof webhooks]: Payload<webhooks[Name]["post"]> };

/**
 * EventMap has the payload of each realtime event, as the server's /openapi.json describes it.
 * An application adds events of its own by declaration merging.
 */
export interface EventMap extends Documented {}

/** EventName is the name of an event, or of a client event, whose payload is anybody's. */
export type EventName = keyof EventMap | `client-${string}`;

/** EventData is what the event carries. */
export type EventData<Name extends EventName> = Name extends keyof EventMap ? EventMap[Name] : unknown;

/** WebSocketEvents names events by constants. */
export const WebSocketEvents = {
  SCOUTING_ENTRY_CREATED: "scouting:entry-created",
  SCOUTING_ENTRY_UPDATED: "scouting:entry-updated",
  SCOUTING_NOTE_ADDED: "scouting:note-added",
  MATCH_STARTED: "match:started",
  MATCH_COMPLETED: "match:completed",
  EPA_UPDATED: "analytics:epa-updated",
  MEMBER_JOINED: "team:member-joined",
  MEMBER_LEFT: "team:member-left",
} as const satisfies Record<string, keyof EventMap>;
