import { useEffect, useRef } from "react";
import { useConnection, usePresenceChannel } from "../realtime";
import { stillHere, useSession } from "../session";

/** Present tells the team that I am on, whatever page is open: a coach wants to know who can be reached. */
export function Present() {
  const { me, team } = useSession();
  const { state } = useConnection();
  const before = useRef(false);
  usePresenceChannel(me && team ? `presence-team-${team.id}` : null);
  useEffect(() => {
    if (state !== "connected") return;
    if (before.current) stillHere();
    before.current = true;
  }, [state]);
  return null;
}
