import { count } from "./time";

const columns = {
  rank: "Rank",
  record: "W-L-T",
  rankingScore: "RS",
  epa: "EPA",
  npOpr: "NP OPR",
  average: "Average",
  median: "Median",
  best: "Best",
  width: "IQR",
  auto: "Auto",
  teleop: "Teleop",
  endgame: "End game",
  scouted: "Scouted",
};

/** phaseNames say what a part of a match is called. */
export const phaseNames: Record<string, string> = { auto: "Auto", teleop: "Teleop", endgame: "End game", total: "Total" };

const level = (tournamentLevel: string) =>
  ({ qual: "Qualification", playoff: "Playoff", practice: "Practice" })[tournamentLevel] ?? tournamentLevel;

/** words are the texts of the analysis screens. */
export const words = {
  tabs: { label: "Analysis", robots: "Robots", compare: "Compare", brief: "Match brief", picks: "Pick lists" },
  event: {
    which: "Which FTC event is this about?",
    search: "Search events",
    at: (code: string) => `At ${code}`,
    none: "No FTC events yet",
    noneHelp: "They come from the official API, or an operator imports one.",
  },
  match: (tournamentLevel: string, series: number, number: number) =>
    tournamentLevel === "playoff" ? `Playoff ${series}-${number}` : `${level(tournamentLevel)} ${number}`,
  alliance: { RED: "Red alliance", BLUE: "Blue alliance" } as Record<string, string>,
  robots: {
    title: "Robots",
    robot: "Robot",
    none: "No robots yet",
    noneHelp: "They appear when the FTC event has teams, or as soon as somebody scouts one.",
    search: "Search by number or name",
    searchHint: "Number or name ( / )",
    noneFound: (what: string) => `No robot fits “${what}”`,
    showAll: "Show all",
    choose: "Columns",
    ours: (number: number) => `Find ${number}`,
    csv: "CSV",
    pick: "Pick",
    pickOne: (number: number) => `Pick ${number} to compare`,
    compare: (n: number) => `Compare ${n}`,
    caption: (n: number) => `${count(n, "robot")} at this FTC event`,
    coverage: (scouted: number, played: number) => `${scouted} of ${played}`,
    thin: "Played less than 4 matches: drawn towards an average robot",
    legend:
      "Averages and phases are what our scouts saw; EPA and NP OPR come from official results. * played less than 4 matches. Your own team is tinted.",
    columns,
    columnHelp: {
      rank: "In the FTC event's ranking",
      record: "Wins, losses and ties",
      rankingScore: "Ranking score",
      epa: "Points expected in the next match",
      npOpr: "Points that the robot seems to add, without fouls",
      average: "Of what our scouts saw",
      median: "Half of its matches were better",
      best: "Its best match",
      width: "Width of the middle half of its matches: small is steady",
      auto: "Average of our scouts",
      teleop: "Average of our scouts",
      endgame: "Average of our scouts",
      scouted: "Matches scouted, of those played",
    },
    sheet: { robot: "team", name: "name", columns, played: "Played" },
  },
  robot: {
    title: (number: number) => `Robot ${number}`,
    all: "All robots",
    compare: "Compare",
    notScouted: "Not scouted yet",
    notScoutedHelp: "Nobody of your team has recorded a match of this robot at this FTC event. What the officials know stands beside.",
    points: (matches: number) => `Points by our scouts, ${count(matches, "match", "matches")}`,
    phase: "Phase",
    average: "Average",
    median: "Median",
    best: "Best",
    iqr: "IQR",
    trend: "Trend",
    legend: "IQR: the middle half of its matches lies there. Trend: points more or less from one match to the next.",
    sparkline: (phase: string, values: number[]) => `${phase} by match: ${values.join(", ")}`,
    computed: "Computed, not seen.",
    deduced: (matches: number, total: string, auto: string, teleop: string, endgame: string) =>
      `${count(matches, "match", "matches")} that nobody watched, from the official result and the partner: ${total} points on average (auto ${auto}, teleop ${teleop}, end game ${endgame}). Not in the figures above.`,
    ratings: "Beside official ratings",
    ours: "Scouts",
    ratingsHelp: (matches: number, thin: boolean) =>
      `EPA after ${count(matches, "match", "matches")} this season.${thin ? " Few matches here: the OPR is drawn towards an average robot." : ""}`,
    unrated: "No official results yet, so there is no rating.",
    record: "Wins-losses-ties",
    allianceAverage: "Its alliances scored",
    noShows: "No-shows",
    disqualified: "Disqualified",
    capabilities: "What it can do",
    of: (done: number, matches: number) => `${done} of ${matches}`,
    fields: "By field of the form",
    field: (average: string, best: string) => `${average} on average, best ${best}`,
    rate: (value: unknown, part: string) => `${value === true ? "yes" : value === false ? "no" : String(value).toLowerCase()} ${part}`,
    course: "Points from match to match",
    asTable: "As a table",
    match: "Match",
    matches: "Matches",
    noMatches: "No match recorded",
    noMatchesHelp: "Entries of your scouts appear here as they come in.",
    oneScout: "No match was watched by two scouts, so nothing tells how well they agree.",
    agreement: (agreed: number, of: number) =>
      `Scouts agree in ${agreed} of ${count(of, "match", "matches")} that two or more of them watched.`,
    disagree: "Scouts disagree",
    split: (auto: number, teleop: number, endgame: number) => `${auto} + ${teleop} + ${endgame}`,
    pts: (n: number) => `${n} pts`,
    official: (noFoul: number, total: number) => `The officials gave the alliance ${noFoul} points, ${total} with fouls.`,
    report: (name: string, total: number) => `${name}: ${total} points`,
    conflict: (label: string, values: unknown[]) => `${label}: ${values.join(" or ")}`,
    inconsistent: "No robot could have scored this: scouts or scorekeepers were wrong.",
    partner: "What did the partner score?",
    deduction: (number: number, total: number, auto: number, teleop: number, endgame: number) =>
      `Robot ${number}: ${total} points (auto ${auto}, teleop ${teleop}, end game ${endgame}).`,
    sum: (official: number, scouted: number, bonus: number, left: number) =>
      `${official} official − ${scouted} seen${bonus ? ` − ${bonus} bonus` : ""} = ${left}`,
  },
  notes: {
    title: "Notes",
    write: "Write a note",
    none: "No notes yet",
    noneHelp: "What no counter says: how they drive, what broke, whom to ask.",
    text: "Note",
    reliability: "Reliability",
    driverSkill: "Driver skill",
    defence: "Defence",
    ofFive: (n: number) => `${n} of 5`,
    rating: (n: number) => (n === 0 ? "not rated" : `${n} of 5`),
    save: "Save the note",
    cancel: "Cancel",
    edit: "Change this note",
    remove: "Delete this note",
    removeTitle: "Delete this note?",
    removeHelp: "It goes for everybody in the team. This cannot be undone.",
    conflict: (name: string, text: string) => `Meanwhile the note by ${name} was changed. It says now: “${text}”`,
    overwrite: "Save mine instead",
  },
  pit: {
    title: "Pit report",
    none: "Nobody has looked at this robot in the pits yet",
    write: "Write the report",
    edit: "Change the report",
    unknown: "Not known",
    drivetrain: "Drivetrain",
    drivetrains: { MECANUM: "Mecanum", TANK: "Tank", SWERVE: "Swerve", X_DRIVE: "X-drive", H_DRIVE: "H-drive", OTHER: "Another" } as Record<
      string,
      string
    >,
    which: "Which drivetrain?",
    drivetrainOther: "Which drivetrain",
    size: "Size",
    weight: "Weight",
    lengthMm: "Length in mm",
    widthMm: "Width in mm",
    heightMm: "Height in mm",
    weightGrams: "Weight in grams",
    millimetres: (...sizes: (number | undefined)[]) => (sizes.some(Boolean) ? `${sizes.map((size) => size || "?").join(" × ")} mm` : ""),
    kilograms: (grams: number) => `${grams / 1000} kg`,
    value: (value: unknown) => (value === true ? "yes" : value === false ? "no" : String(value)),
    capabilities: "What it can do",
    capabilitiesHelp: "With commas between: climbs, long range",
    text: "Anything else",
    save: "Save the report",
    cancel: "Cancel",
    conflict: (name: string) => `${name} saved this report while you wrote:`,
    conflictHelp: "What you typed is still in the form. Put their change into it if it should stay.",
    change: (field: string, before: string, after: string) => `${field}: ${before || "nothing"} became ${after || "nothing"}`,
    overwrite: "Save the form as it is",
  },
  media: {
    title: "Photos and links",
    none: "No photos yet",
    photo: "Add a photo",
    file: "Photo file",
    sending: "Sending the photo",
    tooBig: "This picture is larger than 8 MB. Make it smaller, or take it anew with less resolution.",
    link: "Add a link",
    kind: "What is it?",
    kinds: { VIDEO: "Video", CAD: "CAD model", PHOTO: "Photo elsewhere", LINK: "Page" } as Record<string, string>,
    url: "Address",
    label: "Label",
    add: "Add the link",
    alt: (number: number, label: string, author: string) => label || `Robot ${number}, photo by ${author}`,
    remove: (label: string) => `Delete ${label}`,
    removeTitle: "Delete this for everybody?",
    removeHelp: "It is gone from the team's pages at once.",
    removeConfirm: "Delete",
  },
  picks: {
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
    help: "Drag a robot by its grip. Or with the keyboard on the grip: arrows move it, digits give it a tier.",
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
  },
} as const;
