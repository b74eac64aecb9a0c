/** Played names a match within an FTC event. */
export interface Played {
  tournamentLevel: string;
  series: number;
  matchNumber: number;
}

const levels = ["practice", "qual", "playoff"];

/** before orders matches as they are played. */
export const before = (a: Played, b: Played) =>
  levels.indexOf(a.tournamentLevel) - levels.indexOf(b.tournamentLevel) || a.series - b.series || a.matchNumber - b.matchNumber;

/** short is a match in three letters or so: Q12, P2-1, T3. */
export function short({ tournamentLevel, series, matchNumber }: Played): string {
  if (tournamentLevel === "playoff") return `P${series}-${matchNumber}`;
  return `${tournamentLevel === "practice" ? "T" : "Q"}${matchNumber}`;
}

/** same says whether both are the same match. */
export const same = (a: Played, b: Played) => before(a, b) === 0;
