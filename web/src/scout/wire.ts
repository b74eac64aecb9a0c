// What a scout's screens send and read, by the server's own document.
import type { components } from "../../../clients/react/src/openapi";

type Schemas = components["schemas"];

export type Answer = number | boolean | string;
export type Answers = Record<string, Answer>;
export type Alliance = "RED" | "BLUE";
export type Level = "qual" | "playoff" | "practice";

/** Field is one question of a season's form. */
export type Field = Omit<Schemas["SeasonsField"], "default" | "type" | "phase"> & {
  type: "count" | "flag" | "choice";
  phase: Phase;
  default?: Answer;
};
export type Phase = "auto" | "teleop" | "endgame";
export interface Form {
  version: number;
  phases: { key: Phase; label: string }[];
  fields: Field[];
}
export interface Season {
  season: number;
  name: string;
  title: string;
  form: Form;
}

export type FtcEvent = Schemas["FtcEvent"];
export type FtcTeam = Schemas["FtcTeam"];
export type Match = Schemas["FtcMatch"];
export type Assignment = Schemas["ScoutingAssignment"];
export type Sheet = Schemas["ScoutingSheet"];
export type StoredEntry = Omit<Schemas["ScoutingEntry"], "data"> & { data: Answers };
export type Held = Schemas["ScoutingHeld"];
export type ProblemBody = Pick<Schemas["Problem"], "status" | "detail" | "type" | "errors" | "current">;
export type BatchResult = Omit<Schemas["BatchResult"], "entry"> & { entry?: StoredEntry };

/** Place says which robot in which match of which FTC event. */
export interface Place {
  season: number;
  eventCode: string;
  tournamentLevel: Level;
  series: number;
  matchNumber: number;
  alliance: Alliance;
  scoutedTeamNumber: number;
}

/** NewEntry is what one scout saw of one robot, with the id that was made here. */
export interface NewEntry extends Place {
  id: string;
  scoutingTeamId: string;
  data: Answers;
  notes: string;
}

/** Person is an account as others see it. */
export interface Person {
  id: string;
  displayName: string;
}

/** matchKey names a match within its FTC event. */
export const matchKey = (m: { tournamentLevel: string; series: number; matchNumber: number }) =>
  `${m.tournamentLevel}/${m.series}/${m.matchNumber}`;

/** robotKey names a robot in a match of an FTC event. */
export const robotKey = (p: Place) => `${p.season}/${p.eventCode}/${matchKey(p)}/${p.scoutedTeamNumber}`;

const levels = ["practice", "qual", "playoff"];

/** inOrder compares two matches by the order of play. */
export function inOrder(a: { tournamentLevel: string; series: number; matchNumber: number }, b: typeof a) {
  return levels.indexOf(a.tournamentLevel) - levels.indexOf(b.tournamentLevel) || a.series - b.series || a.matchNumber - b.matchNumber;
}

/** newId makes a random UUID. crypto.randomUUID is not there on plain http, which a hall's laptop serves. */
export function newId() {
  const raw = crypto.getRandomValues(new Uint8Array(16));
  raw[6] = (raw[6] & 0x0f) | 0x40;
  raw[8] = (raw[8] & 0x3f) | 0x80;
  return idText(raw);
}

/** idText writes 16 bytes as a UUID. */
export function idText(raw: Uint8Array) {
  const hex = Array.from(raw, (b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
