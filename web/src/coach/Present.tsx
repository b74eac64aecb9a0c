import { useEffect } from "react";
import { useConnection, usePresenceChannel } from "../realtime";
import { stillHere, useSession } from "../session";

/** Present tells the team that I am on, whatever page is open: a coach wants to know who can be reached. */
export function Present() {
  const { me, team } = useSession();
  const { state } = useConnection();
  usePresenceChannel(me && team ? `presence-team-${team.id}` : null);
  useEffect(() => {
    if (state === "connected") stillHere(); // what was read before may have ended before the socket could tell
  }, [state]);
  return null;
}
