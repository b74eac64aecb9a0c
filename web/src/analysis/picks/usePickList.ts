import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, data, get, key, problem, type Schemas } from "../../api";
import { queries } from "../../queries";
import { usePusher } from "../../realtime";
import { toast } from "../../ui";
import { words } from "../../words/analysis";
import { type Kept, keep } from "./kept";
import { apply, type Clash, clashes, type Operation, onlyAnchor, rebase, type Stuck, type Waiting } from "./operations";

type List = Schemas["ScoutingPickList"];

const listKey = (id: string) => key("/api/scouting/picklists/{id}", { path: { id } });
const historyKey = () => key("/api/scouting/picklists/{id}/history");

/**
 * usePickList is a list that several people edit at once. What one does here shows at once and goes to the server
 * one after the other, each with the version that was seen; the server refuses what is in somebody else's way. What
 * is not there yet outlives a reload: known is the list as this device kept it.
 */
export function usePickList(id: string, teamId: string, key: string, known: Kept | null) {
  const query = useQuery({ ...get("/api/scouting/picklists/{id}", { path: { id } }), initialData: known?.list, initialDataUpdatedAt: 0 });
  const [waiting, setWaiting] = useState<Waiting[]>(known?.waiting ?? []);
  const [stuck, setStuck] = useState<Stuck[]>(known?.stuck ?? []);
  const [own, setOwn] = useState<number[]>([]); // versions that we made and can take back
  const ours = useRef(own);
  const setOurs = useCallback((next: number[]) => {
    ours.current = next;
    setOwn(next);
  }, []);
  const queue = useRef(waiting);
  const sending = useRef<Promise<void>>(undefined); // the present turn of send
  const here = useRef(true); // this list is still shown
  const list = query.data;
  const items = useMemo(() => waiting.reduce((now, { op }) => apply(now, op), list?.items ?? []), [list, waiting]);
  const change = useCallback((next: Waiting[]) => {
    queue.current = next;
    setWaiting(next);
  }, []);

  useEffect(() => {
    if (list) void keep({ key, list, waiting, stuck });
  }, [key, list, waiting, stuck]);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const turn = useCallback(async () => {
    try {
      while (queue.current.length > 0 && here.current) {
        const made = await sendFirst(id, queue.current[0], (by) => setStuck((all) => [...all, { op: queue.current[0].op, by }]));
        if (made === "again") continue;
        if (made) setOurs([...ours.current.filter((one) => one !== made), made]);
        const since = made ? await operationsAfter(id, queue.current[0].base) : [];
        await freshen(id, made ?? 0);
        const rest = queue.current.slice(1).map((next) => settle(next, since, made));
        change(rest);
      }
    } catch (cause) {
      if (!problem(cause).passing) {
        toast(problem(cause).detail, { tone: "bad" });
        change(queue.current.slice(1));
      }
      await freshen(id).catch(() => {});
    } finally {
      sending.current = undefined;
      void queries.invalidateQueries({ queryKey: historyKey() });
    }
  }, [id, change, setOurs]);
  const send = useCallback(() => {
    if (queue.current.length > 0) sending.current ??= turn();
  }, [turn]);

  const edit = useCallback(
    (op: Operation | null) => {
      const base = queries.getQueryData<List>(listKey(id))?.version;
      if (!op || !base) return;
      change([...queue.current, { op, base }]);
      send();
    },
    [id, change, send],
  );

  // A lost network holds operations back; they go on when the server is there again, and when the page is.
  useEffect(() => {
    if (waiting.length === 0) return;
    send();
    const timer = setInterval(send, 3_000);
    return () => clearInterval(timer);
  }, [waiting.length, send]);

  const undo = useCallback(
    async (version: number) => {
      const base = queries.getQueryData<List>(listKey(id))!.version;
      try {
        await api.POST("/api/scouting/picklists/{id}/undo", {
          params: { path: { id } },
          body: { operationId: crypto.randomUUID(), baseVersion: base, version },
        });
      } catch (cause) {
        toast(problem(cause).detail, { tone: "bad" });
      }
      setOurs(ours.current.filter((one) => one !== version));
      await freshen(id);
      void queries.invalidateQueries({ queryKey: historyKey() });
    },
    [id, setOurs],
  );

  // undoLast takes back what was done here last: where that is still on its way, as soon as it is there.
  const undoLast = useCallback(async () => {
    await sending.current;
    const last = ours.current.at(-1);
    if (queue.current.length === 0 && last) await undo(last);
  }, [undo]);

  usePusher({
    channelName: `private-team-${teamId}`,
    eventName: "scouting:picklist-changed",
    onEvent: ({ listId, version }) => {
      if (listId !== id || version <= (queries.getQueryData<List>(listKey(id))?.version ?? 0)) return;
      freshen(id, version).catch(() => {}); // the next event, or the next look, brings it
      void queries.invalidateQueries({ queryKey: historyKey() });
    },
    onReset: () => void freshen(id).catch(() => {}),
  });

  return {
    query,
    items,
    edit,
    undo,
    undoLast,
    waiting: waiting.length,
    undoable: own.length > 0,
    stuck,
    keepTheirs: (one: Stuck) => setStuck((all) => all.filter((other) => other !== one)),
    takeMine: (one: Stuck) => {
      setStuck((all) => all.filter((other) => other !== one));
      edit(rebase(one.op, queries.getQueryData<List>(listKey(id))?.items ?? []));
    },
  };
}

// freshen reads the list until it is as new as is known: an answer that was under way may be older.
async function freshen(id: string, atLeast = 0): Promise<List> {
  for (;;) {
    const now = await queries.fetchQuery({ ...get("/api/scouting/picklists/{id}", { path: { id } }), staleTime: 0 });
    if (now.version >= atLeast) return now;
  }
}

async function operationsAfter(id: string, after: number) {
  const found = await data(api.GET("/api/scouting/picklists/{id}/history", { params: { path: { id }, query: { after, limit: 200 } } }));
  return found ?? [];
}

/** sendFirst returns the version that an operation made, "again" when it was written anew in place, null when it is stuck. */
async function sendFirst(id: string, first: Waiting, onStuck: (by: string) => void): Promise<number | "again" | null> {
  try {
    const done = await data(
      api.POST("/api/scouting/picklists/{id}/operations", {
        params: { path: { id } },
        body: { baseVersion: first.base, operations: [first.op] },
      }),
    );
    return done!.operations?.at(-1)?.version ?? done!.version;
  } catch (cause) {
    const why = problem(cause);
    const clash = why.current as Clash | undefined;
    if (why.status !== 409 || !clash?.conflicts) throw cause;
    const now = await freshen(id, clash.version);
    const anew = onlyAnchor(first.op, clash) ? rebase(first.op, now.items ?? []) : null;
    if (anew) {
      first.op = anew;
      first.base = now.version;
      return "again";
    }
    const done = await operationsAfter(id, first.base);
    const theirs = done.find(({ operation }) => clashes(first.op, operation));
    onStuck(theirs?.editor.displayName ?? words.picks.somebody);
    return null;
  }
}

// settle lets an operation that waits behind one that was just done build on it. One that was in somebody else's way
// keeps the version that its editor saw, so that the server says so.
function settle(next: Waiting, since: Schemas["ScoutingPickListOperation"][], made: number | null): Waiting {
  const foreign = since.filter(({ version, operation }) => version !== made && version > next.base && clashes(next.op, operation));
  const newest = since.at(-1)?.version ?? next.base;
  return foreign.length > 0 ? next : { ...next, base: Math.max(next.base, newest) };
}
