import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { get } from "../../api";
import { store } from "../../store";
import { each } from "../usePages";
import { extended, type Overview, type Point } from "./course";

/** course is how the nodes were while the console was open in this window. */
export const course = store<Point[]>([]);

/** lately are the last two answers, of which rates are made. */
export const lately = store<{ before?: Overview; now?: Overview }>({});

function record(next: Overview) {
  const { now } = lately.get();
  if (now?.at === next.at) return;
  course.set(extended(course.get(), now, next));
  lately.set({ before: now, now: next });
}

/** useOverview asks how the nodes are, each second while the tab is in sight. */
export function useOverview(enabled = true) {
  const overview = useQuery({ ...get("/api/socket/overview"), enabled, refetchInterval: each(1_000), staleTime: 500 });
  useEffect(() => {
    if (overview.data) record(overview.data);
  }, [overview.data]);
  return overview;
}
