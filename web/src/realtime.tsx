import { type ConnectionState, RealtimeProvider, useConnection, usePresenceChannel, usePusher } from "@ftcmetrics/realtime-react";
import type { ReactNode } from "react";
import { useSession } from "./session";

export { type ConnectionState, useConnection, usePresenceChannel, usePusher };

/**
 * Realtime connects the hooks to this server as whoever is signed in: the cookie says who. The person stands in
 * the address, where it is not sent, so that another person is another connection and the page stays as it is.
 */
export function Realtime({ children }: { children: ReactNode }) {
  const { me } = useSession();
  return <RealtimeProvider url={`${location.origin}/#${me?.id ?? ""}`}>{children}</RealtimeProvider>;
}
