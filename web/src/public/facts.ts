// Facts: how an event's name, place and days are put.
import { dates } from "../words/time";
import type { FtcEvent } from "./reads";

type Placed = Pick<FtcEvent, "eventCode" | "name" | "startsOn" | "endsOn" | "venue" | "city" | "region" | "country">;

/** placeOf is where an event is, as far as that is known. */
export function placeOf({ venue, city, region, country }: Placed): string {
  return [venue, city, region, country].filter((part, i, all) => part && all.indexOf(part) === i).join(", ");
}

/** leadOf is what stands below an event's name. */
export function leadOf(event: Placed): string {
  return [event.eventCode, dates(event.startsOn, event.endsOn, "en-US"), placeOf(event)].filter(Boolean).join(" · ");
}

/** whenOf tells whether an event runs, comes or is over, by the calendar where it is. */
export function whenOf(event: Placed & { timezone?: string }, now: number): "now" | "next" | "past" {
  if (!event.startsOn) return "next";
  const first = event.startsOn.slice(0, 10);
  const last = event.endsOn && event.endsOn.slice(0, 10) > first ? event.endsOn.slice(0, 10) : first;
  const today = dayAt(now, event.timezone);
  return last < today ? "past" : first > today ? "next" : "now";
}

function dayAt(now: number, timezone?: string): string {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: timezone || "UTC" }).format(now); // 2026-01-17
  } catch {
    return new Date(now).toISOString().slice(0, 10); // an unknown zone
  }
}

/** csvOf writes a table as a CSV file. A cell that a spreadsheet would take for a formula is told to be text. */
export function csvOf(rows: (string | number | null | undefined)[][]): string {
  const cell = (value: string | number | null | undefined) => {
    const text = typeof value === "number" ? String(value) : String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows
    .map((row) => row.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}
