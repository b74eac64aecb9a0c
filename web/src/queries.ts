import { QueryClient } from "@tanstack/react-query";
import { problem } from "./api";

/** queries holds what was read from the server. Whether the network is there is seen by asking, not by what the browser believes. */
export const queries = new QueryClient({
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
