// The clock of a match, by which the form can turn its phases.
import type { Phase } from "../wire";

/** The parts of an FTC match in seconds: autonomous, the pause in which drivers take over, and what they drive. */
const auto = 30;
const pause = 8;
const driven = 120;
const endgame = 30; // the last of it

export interface ClockFace {
  phase: Phase;
  left: number; // seconds of the whole part; 0 when the match is over
}

/** clockFace says where a match is that began so many seconds ago. */
export function clockFace(seconds: number): ClockFace {
  if (seconds < auto) return { phase: "auto", left: Math.ceil(auto - seconds) };
  const rest = auto + pause + driven - seconds;
  const left = Math.max(0, Math.min(driven, Math.ceil(rest)));
  return { phase: rest <= endgame ? "endgame" : "teleop", left };
}
