// Match: what pages say of a match. No DOM, no network, no clock.
import type { Schemas } from "../api";
import { words } from "../words/public";
import { type Match, nameOf, type Side } from "./state";

export type Expected = Schemas["RatingsExpected"];

/** codeOf is a match in a few letters: Q12, P3, P3.2 for its second play. */
export function codeOf({ tournamentLevel: level, series, matchNumber }: Match): string {
  const letter = words.match.letters[level] ?? "M";
  if (level !== "playoff" || !series) return `${letter}${matchNumber}`;
  return matchNumber > 1 ? `${letter}${series}.${matchNumber}` : `${letter}${series}`;
}

/** titleOf is a match in words. */
export function titleOf({ tournamentLevel: level, series, matchNumber }: Match): string {
  if (level !== "playoff" || !series) return words.match.name(level, matchNumber);
  return matchNumber > 1 ? words.match.replay(series, matchNumber - 1) : words.match.name(level, series);
}

/** pathOf is the address of a match's page. */
export function pathOf({ season, eventCode, tournamentLevel, series, matchNumber }: Match): string {
  return `/e/${season}/${eventCode}/m/${tournamentLevel}/${series}-${matchNumber}`;
}

/** teamsOf lists an alliance's teams by station. */
export function teamsOf(match: Match, alliance: "RED" | "BLUE"): number[] {
  return (match.robots ?? []).filter((robot) => robot.alliance === alliance).map(({ teamNumber }) => teamNumber);
}

/** sideOf is an alliance's part of the result. */
export function sideOf(match: Match, alliance: "RED" | "BLUE"): Side | undefined {
  return match.result?.alliances?.find((one) => one.alliance === alliance);
}

/** wonBy says who won: RED, BLUE, or "" for a tie or no result. */
export function wonBy(match: Match): string {
  const [red, blue] = [sideOf(match, "RED"), sideOf(match, "BLUE")];
  if (!red || !blue) return "";
  if (red.total === blue.total) return match.result?.winner ?? "";
  return red.total > blue.total ? "RED" : "BLUE";
}

/** timeOf is a time of day by the clocks at the event. */
export function timeOf(at: string | null | undefined, timezone: string): string {
  if (!at) return "";
  const options = { hour: "numeric", minute: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: timezone || "UTC" }).format(new Date(at)).replace("\u202f", " ");
  } catch {
    return new Intl.DateTimeFormat("en-US", options).format(new Date(at)); // an unknown zone
  }
}

/** Overview is what an event's page tells first. */
export interface Overview {
  now: Match | null; // that runs, or comes next
  runs: boolean;
  newest: Match[];
  next: Match[];
}

/** overviewOf picks what runs, what comes next and what was posted last. */
export function overviewOf(matches: Match[], most = 6): Overview {
  const next = matches.filter(({ state }) => state === "scheduled").slice(0, most);
  const running = matches.filter(({ state }) => state === "started").at(-1);
  const over = matches.filter(({ state }) => state === "completed");
  const posted = (match: Match) => Date.parse(match.result?.postedAt ?? "") || 0;
  const newest = [...over].sort((a, b) => posted(b) - posted(a)).slice(0, most);
  return { now: running ?? next[0] ?? null, runs: !!running, newest, next };
}

/** chanceOf is what the ratings expect, in words; empty where they say nothing. */
export function chanceOf(said?: Expected): string {
  if (!said) return "";
  return said.redWins >= 0.5 ? words.match.chance("red", said.redWins) : words.match.chance("blue", 1 - said.redWins);
}

/** saidOf finds what was expected of a match. */
export function saidOf(list: Expected[] | null | undefined, match: Match): Expected | undefined {
  const name = nameOf(match);
  return list?.find((one) => nameOf(one) === name);
}

/** Part is one line of a score, as the official results name it. */
export interface Part {
  key: string;
  phase: "auto" | "teleop" | "other";
  label: string;
  red: string;
  blue: string;
}

/** partsOf lists the parts of both scores that the season's results have, whatever the game calls them. */
export function partsOf(match: Match): Part[] {
  const [red, blue] = [details(sideOf(match, "RED")), details(sideOf(match, "BLUE"))];
  const keys = [...new Set([...Object.keys(red), ...Object.keys(blue)])];
  return keys
    .filter((key) => !["alliance", "team", "totalPoints", "autoPoints", "preFoulTotal"].includes(key))
    .map((key) => {
      const phase = /^(auto|robot\d+auto)/i.test(key) ? "auto" : /^(teleop|dc|endgame|robot\d+teleop)/i.test(key) ? "teleop" : "other";
      return { key, phase, label: label(key), red: shown(red[key]), blue: shown(blue[key]) };
    });
}

function details(side?: Side): Record<string, unknown> {
  const raw = side?.details as unknown;
  return raw && typeof raw === "object" && !Array.isArray(raw) ? (raw as Record<string, unknown>) : {};
}

// label makes words of a name such as teleopArtifactPoints or movementRP.
function label(key: string): string {
  const parts = key.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/([a-z])(\d)/g, "$1 $2");
  return parts
    .split(" ")
    .map((word, i) => (/^[A-Z]{2,}$/.test(word) ? word : i === 0 ? word[0]!.toUpperCase() + word.slice(1) : word.toLowerCase()))
    .join(" ");
}

function shown(value: unknown): string {
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map((one) => (one === "NONE" ? "·" : String(one)[0])).join("");
  if (typeof value === "object") return "…";
  return /^[A-Z_]+$/.test(String(value)) ? String(value).toLowerCase().replaceAll("_", " ") : String(value);
}

/** remaining is how long a match still runs, in seconds; null when it must be over. */
export function remaining(startedAt: string | null, now: number, length = 158): number | null {
  if (!startedAt) return null;
  const left = length - Math.floor((now - Date.parse(startedAt)) / 1000);
  return left > 0 && left <= length + 60 ? Math.min(left, length) : null;
}
