// The outbox at work: what is stored goes to the server, once, in order, as soon as it lives.
import { api, Problem, problem, proof } from "../../api";
import { store } from "../../store";
import type { BatchResult, StoredEntry } from "../wire";
import { backOff, contentOf, heard, type Item, passing, resend, toSend, wireEntry } from "./item";
import { add, change, clean, follow, items, keep } from "./queue";

/** View is the outbox as it is shown. */
export interface View {
  loaded: boolean;
  items: Item[];
  sending: string[]; // ids on their way at this moment
  trouble?: Problem; // why the last try brought nothing
  nextTry?: number; // when the next one is due
}

export const outbox = store<View>({ loaded: false, items: [], sending: [] });
const show = (part: Partial<View>) => outbox.set({ ...outbox.get(), ...part });

const most = 100; // entries in one request
let who: () => string | undefined = () => undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let failedAt = 0;
let running: Promise<void> | undefined;
let again = false;

/** start begins to send what this account has waiting, until the function it returns is called. */
export function start(account: () => string | undefined) {
  who = account;
  failures = 0;
  const read = async () => show({ items: await items(), loaded: true });
  const stops = [
    follow(read),
    proof.follow(alive),
    on(window, "online", sendNow),
    on(document, "visibilitychange", () => document.hidden || sendNow()),
  ];
  read().then(() => clean(Date.now()));
  sendNow();
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
    who = () => undefined;
  };
}

function on(target: EventTarget, event: string, call: () => void) {
  target.addEventListener(event, call);
  return () => target.removeEventListener(event, call);
}

// alive tries at once when the server answered somebody else after our last failure.
function alive() {
  const { at, silent } = proof.get();
  if (failures > 0 && !running && !silent && at > failedAt) sendNow();
}

/** save stores an entry and resolves when it cannot be lost any more; sending it comes after. */
export async function save(item: Item) {
  await add([item]);
  keep().catch(() => {}); // it only lowers a risk
  sendNow();
}

/** take stores items that come from elsewhere, and says how many were new. */
export async function take(fresh: Item[]) {
  const count = await add(fresh);
  sendNow();
  return count;
}

/** again sends items that were refused once more, perhaps changed. */
export async function retry(id: string, part?: Parameters<typeof resend>[1]) {
  await change([id], (item) => resend(item, part));
  sendNow();
}

/** amended puts a change of an entry into the outbox: over what waits here, or as a change of what the server has. */
export async function amended(fresh: Item) {
  const known = (await items()).some(({ id }) => id === fresh.id);
  if (known)
    await change([fresh.id], (item) =>
      resend(item, { entry: fresh.entry, formVersion: fresh.formVersion, rev: item.answer?.rev ?? item.rev ?? fresh.rev }),
    );
  else await add([fresh]);
  sendNow();
}

/** settle takes the server's version of an entry for ours. */
export const settle = (id: string) =>
  change([id], (item) =>
    item.current
      ? {
          ...item,
          state: "sent",
          rev: undefined,
          reason: undefined,
          current: undefined,
          entry: { ...item.entry, ...contentOf(item.current) },
          answer: { rev: item.current.rev, totalScore: item.current.totalScore },
          answeredAt: Date.now(),
        }
      : item,
  );

/** drop forgets an item. */
export const drop = (id: string) => change([id], () => undefined);

/** carry lets this account bring the items of another one, who keeps the credit. */
export async function carry(ids: string[], me: string) {
  await change(ids, (item) => ({ ...item, courier: me }));
  sendNow();
}

/** sendNow tries at once, whatever was said before. */
export function sendNow() {
  clearTimeout(timer);
  again = true;
  running ??= alone(pass).finally(() => {
    running = undefined;
    show({ sending: [] });
  });
}

// alone lets one tab of the device send at a time. Without locks, on plain http, two tabs may
// send the same entry, which changes nothing on the server.
async function alone(work: () => Promise<void>) {
  if (navigator.locks) await navigator.locks.request("ftcmetrics-outbox", work);
  else await work();
}

async function pass() {
  while (again) {
    again = false;
    try {
      await drain();
      failures = 0;
      show({ trouble: undefined, nextTry: undefined });
    } catch (cause) {
      later(problem(cause));
    }
  }
}

function later(trouble: Problem) {
  failures++;
  failedAt = Date.now();
  const wait = Math.max(trouble.retryAfter, backOff(failures));
  show({ trouble, nextTry: failedAt + wait });
  timer = setTimeout(sendNow, wait);
}

// drain sends until nothing waits that may go, and throws when the server is not to be had.
async function drain() {
  let size = most;
  for (;;) {
    const me = who();
    const batch = me ? toSend(await items(), me, size) : [];
    if (batch.length === 0) return;
    show({ sending: batch.map(({ id }) => id) });
    try {
      await change(
        batch.map(({ id }) => id),
        (item) => ({ ...item, tries: item.tries + 1 }),
      );
      const results = await deliver(batch);
      const at = Date.now();
      const told = new Map(batch.map((sent, i) => [sent.id, { sent, result: results[i] }]));
      await change([...told.keys()], (item) => heard(item, told.get(item.id)!.sent, told.get(item.id)!.result, at));
      const late = results.find((r) => passing(r.status, r.problem?.type?.split("#")[1]));
      if (late) throw new Problem(late.status, "", late.problem?.detail ?? "");
    } catch (cause) {
      const why = problem(cause);
      if (size === 1 || ![400, 413, 422].includes(why.status)) throw cause;
      size = 1; // one of them spoils the whole request: the others go alone
    } finally {
      show({ sending: [] });
    }
  }
}

// deliver asks the server to record a batch, or one change, and returns its word about each.
async function deliver(batch: Item[]): Promise<BatchResult[]> {
  const [first] = batch;
  if (first.rev !== undefined) return [await amend(first, first.rev)];
  try {
    const { data } = await api.POST("/api/scouting/entries/batch", { body: { entries: batch.map(wireEntry) } });
    const results = (data?.data.results ?? []) as BatchResult[];
    return await Promise.all(results.map((result, i) => overtaken(batch[i], result)));
  } catch (cause) {
    const why = problem(cause);
    if (batch.length > 1 || passing(why.status, why.code) || why.status < 0) throw cause;
    return [refusal(first.id, why)];
  }
}

async function amend(item: Item, rev: number): Promise<BatchResult> {
  const { tournamentLevel, series, matchNumber, alliance, scoutedTeamNumber, data, notes } = item.entry;
  try {
    const { data: answer } = await api.PATCH("/api/scouting/entries/{id}", {
      params: { path: { id: item.id } },
      body: { rev, tournamentLevel, series, matchNumber, alliance, scoutedTeamNumber, data, notes },
    });
    return { id: item.id, status: 200, entry: answer!.data as StoredEntry };
  } catch (cause) {
    const why = problem(cause);
    if (passing(why.status, why.code) || why.status < 0) throw cause;
    return refusal(item.id, why);
  }
}

// overtaken mends an entry that was edited here after a try whose answer was lost: the server
// has the first version, so the second one is a change of it.
async function overtaken(item: Item, result: BatchResult): Promise<BatchResult> {
  if (!result.problem?.type?.endsWith("#entry-id-taken") || item.tries === 0) return result;
  const { data } = await api.GET("/api/scouting/entries/{id}", { params: { path: { id: item.id } } }).catch(() => ({ data: undefined }));
  const there = data?.data as StoredEntry | undefined;
  return there?.scouter.id === item.owner.id && there.rev === 1 ? amend(item, there.rev) : result;
}

const refusal = (id: string, { status, code, detail, fields, current }: Problem): BatchResult => ({
  id,
  status,
  problem: { status, detail, errors: fields, current, type: `/docs/errors#${code}`, title: "", error: detail, success: false },
});
