import { teamHere, useSession } from "./session";
import { type Store, stored, useStore } from "./store";

/** EventRef names an FTC event. */
export interface EventRef {
  season: number;
  eventCode: string;
  name?: string;
}

const chosen: Store<Record<string, EventRef>> = stored("ftc.events", {});

/** useEvent is the FTC event that the present team works on at this device; null until one was chosen. */
export function useEvent(): EventRef | null {
  const { team } = useSession();
  const all = useStore(chosen);
  return team ? (all[team.id] ?? null) : null;
}

/** eventHere is the same before the first render, as far as this device knows its team. */
export function eventHere(): EventRef | null {
  const team = teamHere();
  return team ? (chosen.get()[team.id] ?? null) : null;
}

// What the next load asks the server before the app has come: the API's path by the start of the page's. theme.js does.
const ahead = stored<Record<string, string>>("ftc.ahead", {});

/** formAhead lets a scout's form ask for the season of the event before anything else. */
export const formAhead = ({ season }: EventRef) => ahead.set({ "/scout/form/": `/api/seasons/${season}` });

/** chooseEvent makes the team work on another FTC event, on this device. */
export function chooseEvent(teamId: string, event: EventRef) {
  formAhead(event);
  chosen.set({ ...chosen.get(), [teamId]: event });
}
