import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { api, key, type Problem, type Schemas } from "../../api";
import { each } from "../usePages";
import { type Seen, seenNow } from "./rate";

type Answer = Schemas["InspectChannelPageAnswer"];
export type Channel = Schemas["InspectChannel"] & { rate: number | null };

/** nameOf tells channels of different apps apart. */
export const nameOf = ({ name, app }: { name: string; app: string }) => `${app}/${name}`;

/** useChannels reads the occupied channels whose names begin so, again and again. */
export function useChannels(prefix: string, every = 2_000) {
  const read = useInfiniteQuery<Answer, Problem>({
    queryKey: [...key("/api/socket/channels"), prefix],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const query = { prefix: prefix || undefined, limit: 200, after: (pageParam as string) || undefined };
      return (await api.GET("/api/socket/channels", { params: { query }, signal })).data!;
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: each(every),
    placeholderData: keepPreviousData,
  });
  const seen = useRef<{ map: Map<string, Seen>; at: number }>({ map: new Map(), at: 0 });
  const channels = useMemo((): Channel[] => {
    const list = read.data?.pages.flatMap((page) => page.data.channels ?? []) ?? [];
    if (read.dataUpdatedAt > seen.current.at) {
      const counts = list.map((channel) => ({ key: nameOf(channel), published: channel.published }));
      seen.current = { map: seenNow(seen.current.map, counts, read.dataUpdatedAt), at: read.dataUpdatedAt };
    }
    return list.map((channel) => ({ ...channel, rate: seen.current.map.get(nameOf(channel))?.rate ?? null }));
  }, [read.data, read.dataUpdatedAt]);
  return { read, channels, silent: read.data?.pages[0]?.data.silent };
}
