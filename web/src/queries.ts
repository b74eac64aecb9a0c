import { QueryCache, QueryClient } from "@tanstack/react-query";
import { key, problem } from "./api";

/** queries holds what was read from the server. Whether the network is there is seen by asking, not by what the browser believes. */
export const queries: QueryClient = new QueryClient({
  // Who is told that there is no such team may just have lost it.
  queryCache: new QueryCache({
    onError: (cause) => {
      if (problem(cause).code === "no-such-team") void queries.invalidateQueries({ queryKey: key("/api/user-teams") });
    },
  }),
  defaultOptions: {
    queries: {
      networkMode: "always",
      staleTime: 15_000,
      retry: (tries, cause) => problem(cause).passing && tries < 2,
      retryDelay: (tries, cause) => Math.max(problem(cause).retryAfter, 800 * 2 ** tries),
    },
    mutations: { networkMode: "always" },
  },
});
