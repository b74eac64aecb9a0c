// Entries and assignments as texts for QR codes, and back: docs/transfer-format.md, which
// scouting/transfer of the server keeps to as well.

import { usual } from "../form/log";
import { type Alliance, type Answer, type Field, type Form, idText, type Level, type NewEntry, type Place } from "../wire";
import { join, type Scan, see, split, TransferError } from "./chunk";

/** CarriedEntry is an entry with who scouted it and the version of the form it was made with. */
export interface CarriedEntry extends NewEntry {
  scouterId: string;
  formVersion: number;
}

export interface CarriedAssignment extends Place {
  scoutId: string;
  station: number;
}

/** Bundle is what one transfer carries: entries or assignments of one team, never both. */
export interface Bundle {
  teamId: string;
  entries: CarriedEntry[];
  assignments: CarriedAssignment[];
}

/** FormOf returns the form of a season as far as this tablet knows it. */
export type FormOf = (season: number) => Form | undefined;

const version = 1;
const kinds = { entries: 1, assignments: 2 };
const maxItems = 500;
const most = 1 << 20; // bounds every number
const levels: Level[] = ["qual", "playoff", "practice"];
const bit = { blue: 1, level: 2, series: 8, notes: 16, all: 31 };
const least = (f: Field) => f.min ?? 0;

function idBytes(id: string) {
  const hex = id.replaceAll("-", "");
  return Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

class Writer {
  readonly people: string[] = [];
  readonly events: string[] = []; // season/form version/code
  readonly items: number[] = [];

  number(n: number, out = this.items) {
    let rest = n;
    for (; rest > 127; rest >>>= 7) out.push((rest & 127) | 128);
    out.push(rest);
  }

  place(p: Place, person: string, formVersion: number, notes: boolean) {
    const flags = [p.alliance === "BLUE" && bit.blue, p.series > 0 && bit.series, notes && bit.notes];
    this.items.push(flags.reduce<number>((sum, flag) => sum + (flag || 0), levels.indexOf(p.tournamentLevel) * bit.level));
    this.number(index(this.people, person));
    this.number(index(this.events, `${p.season}/${formVersion}/${p.eventCode}`));
    if (p.series > 0) this.number(p.series);
    this.number(p.matchNumber);
    this.number(p.scoutedTeamNumber);
  }

  entry(e: CarriedEntry, form: Form) {
    this.items.push(...idBytes(e.id));
    this.place(e, e.scouterId, e.formVersion, e.notes !== "");
    for (const f of form.fields) {
      const n = numberOf(f, e.data[f.key] ?? usual(f));
      if (n < 0) throw new TransferError("content", f.key);
      this.number(n);
    }
    if (e.notes === "") return;
    const text = new TextEncoder().encode(e.notes);
    this.number(text.length);
    this.items.push(...text);
  }

  payload(kind: number, teamId: string, count: number) {
    const out = [version, kind, ...idBytes(teamId)];
    this.number(this.people.length, out);
    for (const id of this.people) out.push(...idBytes(id));
    this.number(this.events.length, out);
    for (const event of this.events) {
      const [season, formVersion, ...code] = event.split("/");
      const text = new TextEncoder().encode(code.join("/"));
      for (const n of [Number(season), Number(formVersion), text.length]) this.number(n, out);
      out.push(...text);
    }
    this.number(count, out);
    return Uint8Array.from(out.concat(this.items));
  }
}

/** index is the place of the value in the table, where it is put if it is new. */
function index(table: string[], value: string) {
  const at = table.indexOf(value);
  return at >= 0 ? at : table.push(value) - 1;
}

function numberOf(f: Field, answer: Answer | undefined) {
  if (f.type === "choice") return f.choices?.findIndex((c) => c.value === answer) ?? -1;
  return typeof answer === "undefined" ? -1 : Number(answer) - (f.type === "count" ? least(f) : 0);
}

/** answerOf is numberOf backwards. */
function answerOf(f: Field, n: number): Answer {
  if (f.type === "flag" && n <= 1) return n === 1;
  if (f.type === "count" && n + least(f) <= (f.max ?? most)) return n + least(f);
  const choice = f.type === "choice" ? f.choices?.[n]?.value : undefined;
  if (choice === undefined) throw new TransferError("content");
  return choice;
}

/** encodeEntries returns the texts of the codes, each of at most size characters. */
export function encodeEntries(teamId: string, entries: CarriedEntry[], formOf: FormOf, size?: number) {
  if (entries.length > maxItems) throw new TransferError("too-large");
  if (entries.length === 0) throw new TransferError("content");
  const w = new Writer();
  for (const e of entries) {
    const form = formOf(e.season);
    if (form?.version !== e.formVersion) throw new TransferError("form");
    w.entry(e, form);
  }
  return split(w.payload(kinds.entries, teamId, entries.length), size);
}

/** encodeAssignments does the same for assignments. */
export function encodeAssignments(teamId: string, list: CarriedAssignment[], size?: number) {
  if (list.length > maxItems) throw new TransferError("too-large");
  if (list.length === 0) throw new TransferError("content");
  const w = new Writer();
  for (const a of list) {
    w.place(a, a.scoutId, 0, false);
    w.items.push(a.station);
  }
  return split(w.payload(kinds.assignments, teamId, list.length), size);
}

class Reader {
  private at = 0;
  people: string[] = [];
  events: { season: number; formVersion: number; code: string }[] = [];

  constructor(private readonly raw: Uint8Array) {}

  take(n: number) {
    if (this.at + n > this.raw.length) throw new TransferError("content");
    this.at += n;
    return this.raw.subarray(this.at - n, this.at);
  }

  byte() {
    return this.take(1)[0];
  }

  id() {
    return idText(this.take(16));
  }

  /** number reads a varint in its shortest form. */
  number() {
    let n = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      n += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        if (n > most || (byte === 0 && shift > 0)) break;
        return n;
      }
    }
    throw new TransferError("content");
  }

  /** list reads how many parts follow, and the parts. */
  list<Part>(part: () => Part): Part[] {
    const n = this.number();
    if (n > this.raw.length) throw new TransferError("content");
    return Array.from({ length: n }, part);
  }

  text() {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(this.number()));
    } catch {
      throw new TransferError("content");
    }
  }

  head() {
    this.people = this.list(() => this.id());
    this.events = this.list(() => ({ season: this.number(), formVersion: this.number(), code: this.text() }));
  }

  place() {
    const bits = this.byte();
    const person = this.people[this.number()];
    const event = this.events[this.number()];
    const tournamentLevel = levels[(bits >> 1) & 3];
    if (bits & ~bit.all || !person || !event || !tournamentLevel) throw new TransferError("content");
    const series = bits & bit.series ? this.number() : 0;
    if (bits & bit.series && series === 0) throw new TransferError("content");
    const alliance: Alliance = bits & bit.blue ? "BLUE" : "RED";
    const place: Place = {
      season: event.season,
      eventCode: event.code,
      tournamentLevel,
      series,
      matchNumber: this.number(),
      alliance,
      scoutedTeamNumber: this.number(),
    };
    return { bits, person, formVersion: event.formVersion, place };
  }

  entry(teamId: string, formOf: FormOf): CarriedEntry {
    const id = this.id();
    const { bits, person, formVersion, place } = this.place();
    const form = formOf(place.season);
    if (form?.version !== formVersion) throw new TransferError("form", `${place.season} ${formVersion}`);
    const data = Object.fromEntries(form.fields.map((f) => [f.key, answerOf(f, this.number())]));
    const notes = bits & bit.notes ? this.text() : "";
    if (bits & bit.notes && notes === "") throw new TransferError("content");
    return { id, scoutingTeamId: teamId, ...place, data, notes, scouterId: person, formVersion };
  }

  assignment(): CarriedAssignment {
    const { bits, person, place } = this.place();
    const station = this.byte();
    if (bits & bit.notes || station < 1 || station > 3) throw new TransferError("content");
    return { ...place, scoutId: person, station };
  }

  end() {
    if (this.at !== this.raw.length) throw new TransferError("content");
  }
}

/** decode returns what a whole scan carries. */
export function decode(scan: Scan, formOf: FormOf): Bundle {
  const r = new Reader(join(scan));
  if (r.byte() !== version) throw new TransferError("version");
  const kind = r.byte();
  const bundle: Bundle = { teamId: r.id(), entries: [], assignments: [] };
  r.head();
  const n = r.number();
  if (n === 0 || n > maxItems) throw new TransferError("content");
  for (let i = 0; i < n; i++) {
    if (kind === kinds.entries) bundle.entries.push(r.entry(bundle.teamId, formOf));
    else if (kind === kinds.assignments) bundle.assignments.push(r.assignment());
    else throw new TransferError("content");
  }
  r.end();
  return bundle;
}

/** decodeTexts reads the texts of all codes of one transfer, in any order. */
export function decodeTexts(texts: string[], formOf: FormOf): Bundle {
  let scan: Scan | undefined;
  for (const text of texts) scan = see(scan, text).scan;
  if (!scan) throw new TransferError("missing");
  return decode(scan, formOf);
}
