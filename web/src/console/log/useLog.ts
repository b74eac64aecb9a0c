import { useEffect, useState } from "react";
import { api, type Problem, problem, type Schemas } from "../../api";
import { added, type Log, nothing } from "./lines";

/** Filter says which lines are made and read. */
export interface Filter {
  kind: string; // kinds with commas between
  user: string;
  channel: string;
}

interface State extends Log {
  silent: Schemas["InspectSilent"][];
  failed: Problem | null;
  asked: boolean; // at least once
}

const every = 1_000; // ms between questions

/** useLog reads the debug log again and again, also while the tab is hidden: what is looked for may happen in another one. */
export function useLog({ kind, user, channel }: Filter) {
  const [state, setState] = useState<State>({ ...nothing, silent: [], failed: null, asked: false });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try begins anew
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    let after: string | undefined;
    setState({ ...nothing, silent: [], failed: null, asked: false });
    const ask = async () => {
      try {
        const query = { kind: kind || undefined, user: user || undefined, channel: channel || undefined, after, limit: 500 };
        const page = (await api.GET("/api/socket/log", { params: { query }, signal: stop.signal })).data!.data;
        after = page.next;
        setState((old) => ({ ...added(old, page), silent: page.silent ?? [], failed: null, asked: true }));
      } catch (cause) {
        if (stop.signal.aborted) return;
        const failed = problem(cause);
        const anew = failed.code === "bad-socket-cursor";
        if (anew) after = undefined;
        setState((old) => ({ ...old, failed }));
        if (!anew && !failed.passing) return; // it is refused for good
      }
      if (!stop.signal.aborted) timer = setTimeout(ask, every);
    };
    ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [kind, user, channel, tries]);
  return { ...state, again: () => setTries(tries + 1), clear: () => setState((old) => ({ ...old, ...nothing })) };
}
