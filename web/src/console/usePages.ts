import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useLocation, useSearch } from "wouter";
import { type Problem, problem } from "../api";

const rest = 5_000; // ms, while something is wrong that may pass

/** each is how often to ask: every so many ms, with a rest while it fails, and not again once it is refused for good. */
export const each =
  (ms: number) =>
  ({ state: { error } }: { state: { error: unknown } }) =>
    error ? problem(error).passing && Math.max(ms, rest) : ms;

/** usePages reads a list page by page. what names it, with its filter; each answer may name the next page. */
export function usePages<Answer extends { nextCursor?: string }>(
  what: unknown[],
  read: (after: string | undefined, signal: AbortSignal) => Promise<{ data?: Answer }>,
  every = 10_000,
) {
  const deferred = useDeferredValue(JSON.stringify(what));
  return useInfiniteQuery<Answer, Problem>({
    queryKey: [what[0], deferred],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => (await read((pageParam as string) || undefined, signal)).data!,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: each(every),
    placeholderData: keepPreviousData,
  });
}

/** useFilter keeps filters in the address, so that other pages can set them and a reload keeps them. */
export function useFilter(): [URLSearchParams, (name: string, value: string) => void] {
  const search = useSearch();
  const [at, go] = useLocation();
  const change = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    go(next.size > 0 ? `${at}?${next}` : at, { replace: true });
  };
  return [new URLSearchParams(search), change];
}
