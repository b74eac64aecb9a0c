import type { Schemas } from "../../api";
import { words } from "../../words/console";

export type Connection = Schemas["InspectConnection"];

/** who says whose a connection is. */
export const who = ({ displayName, userId }: Connection) => displayName || userId || words.connections.anonymous;
