import type { IconName } from "../ui";
import type { CellState } from "./board";

/** look is how each state appears: a colour, a sign, and beside them always the word. */
export const look: Record<CellState, { chip: string; cell: string; icon?: IconName }> = {
  own: { chip: "bg-sunken text-quiet", cell: "border-transparent bg-transparent text-quiet" },
  open: { chip: "bg-sunken text-quiet", cell: "border-dashed border-edge text-quiet" },
  planned: { chip: "bg-sunken text-ink", cell: "border-line text-ink" },
  missing: { chip: "bg-warn-wash text-warn", cell: "border-warn bg-warn-wash text-warn", icon: "more" },
  once: { chip: "bg-good-wash text-good", cell: "border-good/50 bg-good-wash text-good", icon: "check" },
  agreed: { chip: "bg-good-wash text-good", cell: "border-good bg-good-wash text-good", icon: "check" },
  conflict: { chip: "bg-bad-wash text-bad", cell: "border-bad bg-bad-wash text-bad", icon: "warn" },
  wrong: { chip: "bg-bad-wash text-bad", cell: "border-bad border-dashed bg-bad-wash text-bad", icon: "close" },
  left: { chip: "bg-sunken text-quiet", cell: "border-dashed border-edge text-quiet", icon: "close" },
};
