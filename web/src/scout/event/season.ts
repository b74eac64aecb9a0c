// The form of a season, which is all that a scout's form cannot be shown without.
import { get } from "../../api";
import { eventHere, formAhead } from "../../event";
import { queries } from "../../queries";

/** seasonQuery reads a season with its form. Who is without network wants to know it at once. */
export const seasonQuery = (year: number) => ({
  ...get("/api/seasons/{year}", { path: { year } }),
  staleTime: 60_000,
  retry: false,
});

/** beginForm asks for the form of the season that this device works in. */
export function beginForm() {
  const event = eventHere();
  if (!event) return;
  formAhead(event);
  return queries.prefetchQuery(seasonQuery(event.season));
}
