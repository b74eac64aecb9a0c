import { type QueryKey, queryOptions } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import type { components, paths } from "../../clients/react/src/openapi";
import { askedAhead } from "./ahead";
import { store } from "./store";
import { words } from "./words/app";

/** Schemas are the types of the API by name: Schemas["TeamsTeam"]. */
export type Schemas = components["schemas"];

const patience = 15_000; // ms until a silent server counts as away

/** Problem is an answer that is no success, or none at all: then status is 0 and code "offline". */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: { pointer: string; detail: string }[] = [],
    readonly current?: unknown, // what is stored, after a conflict
    readonly retryAfter = 0, // ms
  ) {
    super(detail);
    this.name = "Problem";
  }

  /** passing says whether the same request may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** field returns what is wrong with one field of the request, such as "displayName". */
  field(name: string) {
    return this.fields.find(({ pointer }) => pointer === `/${name}`)?.detail;
  }
}

/** proof is the last sign of life of the server; silent is true since the last request that had no answer. */
export const proof = store({ at: 0, silent: false });

// ask is fetch with an end, which notes whether the server lives.
async function ask(request: Request): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  request.signal.addEventListener("abort", () => stop.abort());
  try {
    const answer = await (askedAhead(request) ?? fetch(request, { signal: stop.signal }));
    if (answer.status < 502 || answer.status > 504) proof.set({ at: Date.now(), silent: false });
    return answer;
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    proof.set({ at: proof.get().at, silent: true });
    throw new Problem(0, "offline", words.problem.offline);
  } finally {
    clearTimeout(timer);
  }
}

/** api has a method for each verb, typed by the server's own document. What is no success is thrown as a Problem. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin, fetch: ask, credentials: "same-origin" });

api.use({
  async onResponse({ response }) {
    if (!response.ok && response.status !== 304) throw await problemOf(response);
  },
});

async function problemOf(response: Response): Promise<Problem> {
  const wait = 1000 * Number(response.headers.get("Retry-After") ?? 0);
  try {
    const told = (await response.json()) as Schemas["Problem"];
    const code = told.type.split("#")[1] ?? "";
    return new Problem(response.status, code, told.detail, told.errors ?? [], told.current, wait);
  } catch {
    return new Problem(response.status, "", words.problem.odd(response.status), [], undefined, wait);
  }
}

/** data waits for a call of api and returns what it is about: `await data(api.GET("/api/me"))`. */
export async function data<Answer extends { data?: unknown }>(call: Promise<{ data?: Answer }>): Promise<NonNullable<Answer>["data"]> {
  const { data: answer } = await call;
  return answer?.data;
}

// The paths that can be read, their parameters, and what they answer with.
type Gets = {
  [Path in keyof paths]: paths[Path] extends { get: { responses: { 200: { content: { "application/json": infer Answer } } } } }
    ? Answer
    : never;
};
type Readable = { [Path in keyof Gets]: Gets[Path] extends { data?: unknown } ? Path : never }[keyof Gets];
type Given<Path extends Readable> = paths[Path] extends { get: { parameters: infer P } } ? P : never;
type Parameters<Path extends Readable> = (Given<Path> extends { path: infer In } ? { path: In } : { path?: never }) &
  (Given<Path> extends { query?: infer Query } ? { query?: Query } : { query?: never });
type Read<Path extends Readable> = Gets[Path] extends { data?: infer Data } ? Data : never;

/**
 * get is what useQuery needs to read a path: the key is the path and its parameters.
 * `useQuery(get("/api/user-teams/{id}", { path: { id } }))`
 */
export function get<Path extends Readable>(path: Path, params?: Parameters<Path>) {
  return queryOptions<Read<Path>, Problem>({
    queryKey: key(path, params),
    queryFn: async ({ signal }) => {
      const call = api.GET as unknown as (path: Path, init: object) => Promise<{ data?: { data: Read<Path> } }>;
      return (await call(path, { params, signal })).data!.data;
    },
  });
}

/** key is the key under which get keeps a path's answer; without parameters it stands for all of them. */
export function key<Path extends Readable>(path: Path, params?: Parameters<Path>): QueryKey {
  return params ? [path, params] : [path];
}

/** problem makes a Problem of whatever was thrown. */
export function problem(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(-1, "", words.problem.ours);
}
