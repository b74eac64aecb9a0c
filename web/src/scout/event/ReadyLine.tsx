import { useStore } from "../../store";
import { Spinner } from "../../ui";
import { kept } from "../../update";
import { words } from "../../words/scout";
import { useNow } from "../now";
import type { Ready } from "./ready";

/** ReadyLine says what of an FTC event is on this device and how old it is, and reads it anew. */
export function ReadyLine({ ready, reading, update }: { ready: Ready; reading: boolean; update: () => void }) {
  const now = useNow(10_000);
  const whole = useStore(kept);
  return (
    <span className="flex flex-wrap items-center gap-x-2 text-sm" data-ready={whole || undefined}>
      <span>{whole ? words.event.ready(ready.bytes, Math.max(0, now - ready.at)) : words.event.keeping}</span>
      <button
        type="button"
        className="inline-flex min-h-11 items-center gap-2 font-semibold text-accent-text"
        disabled={reading}
        onClick={update}
      >
        {reading && <Spinner />}
        {words.event.update}
      </button>
    </span>
  );
}
