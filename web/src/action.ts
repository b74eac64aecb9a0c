import { useCallback, useRef, useState } from "react";
import { type Problem, problem } from "./api";
import { toast } from "./ui/Toast";

/**
 * useAction runs what a button does, once at a time. What goes wrong is in failed, for the form to show; with
 * toasted it is told in a toast instead.
 */
export function useAction<Arguments extends unknown[]>(run: (...given: Arguments) => Promise<unknown>, { toasted = false } = {}) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Problem | null>(null);
  const latest = useRef(run);
  latest.current = run;
  const running = useRef(false);
  const go = useCallback(
    async (...given: Arguments) => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setFailed(null);
      try {
        await latest.current(...given);
      } catch (cause) {
        const why = problem(cause);
        if (why.status === -1) reportError(cause);
        if (toasted) toast(why.detail, { tone: "bad" });
        else setFailed(why);
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [toasted],
  );
  return { go, busy, failed };
}
