import type { Schemas } from "../../api";
import { words } from "../../words/analysis";

type Report = Schemas["ScoutingPitReport"];

const compared = ["drivetrain", "drivetrainOther", "lengthMm", "widthMm", "heightMm", "weightGrams", "capabilities", "text"] as const;

/** differences say field by field what a report has now that another version of it had not. */
export function differences(was: Report | undefined, now: Report): string[] {
  const lines: string[] = [];
  for (const field of compared) {
    const [before, after] = [shown(was?.[field]), shown(now[field])];
    if (before !== after) lines.push(words.pit.change(words.pit[field], before, after));
  }
  return lines;
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));
