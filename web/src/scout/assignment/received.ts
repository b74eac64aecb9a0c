// Assignments that came by QR code, kept until the server's list is read again.
import { shelf } from "../shelf";
import type { CarriedAssignment } from "../transfer/transfer";

export interface Received {
  key: string; // as of Ready
  at: number;
  assignments: CarriedAssignment[];
}

/** keepReceived stores what a transfer brought for one FTC event; it stands in for an older list. */
export const keepReceived = async (received: Received) => (await shelf()).put("received", received);

/** received returns what came for an FTC event, unless the server was asked since. */
export async function received(key: string, listAt: number): Promise<Received | undefined> {
  const found = await (await shelf()).get("received", key);
  return found && found.at > listAt ? found : undefined;
}
