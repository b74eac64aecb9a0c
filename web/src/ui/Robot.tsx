import { words } from "../words/app";
import { cx } from "./cx";

export type Alliance = "red" | "blue" | "none";

/** allianceOf reads the API's word for it. */
export const allianceOf = (word?: string | null): Alliance => (word === "RED" ? "red" : word === "BLUE" ? "blue" : "none");

const looks: Record<Alliance, string> = {
  red: "rounded-sm border-red text-red-ink bg-red-wash",
  blue: "rounded-full border-blue text-blue-ink bg-blue-wash",
  none: "rounded-sm border-dashed border-edge text-quiet",
};

/** Robot is the badge R1 or B2: square and red, round and blue, and always with its letters. */
export function Robot({
  alliance,
  station = 0,
  size = "normal",
}: {
  alliance: Alliance;
  station?: number;
  size?: "small" | "normal" | "big";
}) {
  const letter = { red: "R", blue: "B", none: "–" }[alliance];
  const shape = { small: "h-6 min-w-6 text-xs", normal: "h-8 min-w-8 text-sm", big: "h-12 min-w-12 text-xl" }[size];
  return (
    <span
      role="img"
      aria-label={words.robot(alliance, station)}
      className={cx("inline-grid place-items-center border-2 px-1 font-bold leading-none", shape, looks[alliance])}
    >
      {station > 0 ? letter + station : letter}
    </span>
  );
}
