import { count } from "./time";

/** picks are the texts of the pick lists. */
export const picks = {
  title: "Pick lists",
  all: "All lists",
  make: "New list",
  makeIt: "Make the list",
  name: "Name",
  firstName: "First pick",
  start: "Begin with the order of",
  starts: { epa: "EPA", average: "what our scouts saw on average", npOpr: "NP OPR", rank: "the ranking" },
  none: "No pick list yet",
  noneHelp: "A lead makes one, in the order of a rating or of what you scouted. Then all leads edit it together.",
  about: (teams: number, when: string) => `${count(teams, "robot")} · changed ${when}`,
  empty: "Nobody is on this list",
  order: "Robots, the best first",
  help: "Drag a robot by its grip.",
  keys: "Or with the keyboard on the grip: arrows move it, digits give it a tier.",
  moved: (team: number, place: number) => `${team} is now number ${place}`,
  grip: (team: number, place: number) => `Move ${team}, now number ${place}`,
  up: (team: number) => `Move ${team} up`,
  down: (team: number) => `Move ${team} down`,
  more: (team: number) => `Tags and note of ${team}`,
  item: (team: number) => `Robot ${team}`,
  heard: (team: number) => `What was heard of ${team}`,
  tierOf: (team: number) => `Tier of ${team}`,
  tier: (n: number) => (n === 0 ? "No tier" : `Tier ${n}`),
  figures: (epa: string, average: string) => `EPA ${epa} · scouts ${average}`,
  tags: "Tags",
  tagsHelp: "With commas between: parks, long range",
  note: "Note",
  save: "Save",
  remove: "Take off the list",
  reason: "What was heard?",
  reasons: { picked: "Picked", captain: "Captain", declined: "Declined" },
  alliance: "Alliance (not if declined)",
  strike: "Strike it out",
  unstrike: "It was a mistake",
  struck: (reason: string, alliance?: number) =>
    reason === "declined" ? "declined" : `${reason === "captain" ? "captain of" : "picked by"} alliance ${alliance}`,
  undo: "Undo",
  undid: "Undone:",
  undoOne: (what: string) => `Undo: ${what}`,
  history: "History",
  noHistory: "Nothing was changed yet.",
  csv: "CSV",
  somebody: "Somebody",
  alone: "Nobody else of the team is online.",
  present: (names: string[]) => `Online: ${names.join(", ")}`,
  saved: "All changes saved",
  waiting: (n: number) => `${count(n, "change")} on the way`,
  told: (op: {
    kind: string;
    teamNumber?: number;
    after?: number | null;
    tier?: number | null;
    tags?: string[] | null;
    note?: string | null;
    name?: string | null;
    strike?: { reason: string; alliance?: number };
  }) => {
    const team = op.teamNumber;
    switch (op.kind) {
      case "insert":
        return `${team} onto the list`;
      case "remove":
        return `${team} off the list`;
      case "move":
        return op.after === 0 ? `${team} to the top` : op.after ? `${team} after ${op.after}` : `${team} to the end`;
      case "strike":
        return `${team} struck out (${op.strike?.reason})`;
      case "unstrike":
        return `${team} can be picked again`;
      case "rename":
        return `named “${op.name}”`;
    }
    const set = [
      op.tier !== undefined && op.tier !== null && (op.tier === 0 ? "no tier" : `tier ${op.tier}`),
      op.tags && `tags ${op.tags.join(", ") || "none"}`,
      op.note !== undefined && op.note !== null && `note “${op.note}”`,
    ].filter(Boolean);
    return `${team}: ${set.join(", ")}`;
  },
  stuck: (by: string, mine: string) => `${by} changed the same meanwhile. Yours was: ${mine}.`,
  theirs: "Keep theirs",
  mine: "Use mine",
} as const;
