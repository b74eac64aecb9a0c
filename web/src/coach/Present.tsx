import { usePresenceChannel } from "../realtime";
import { useSession } from "../session";

/** Present tells the team that I am on, whatever page is open: a coach wants to know who can be reached. */
export function Present() {
  const { me, team } = useSession();
  usePresenceChannel(me && team ? `presence-team-${team.id}` : null);
  return null;
}
