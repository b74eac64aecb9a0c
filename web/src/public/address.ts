// Address: which event and which followed team the address names, so that a link shows the same.
import { useCallback } from "react";
import { useParams, useSearchParams } from "wouter";
import type { EventKey } from "./reads";

/** useEventKey is the FTC event that the address names. */
export function useEventKey(): EventKey {
  const { season, code } = useParams<{ season: string; code: string }>();
  return { season: Number(season), code: decodeURIComponent(code ?? "").toUpperCase() };
}

/** useFollowed is the team that the address names as followed, 0 for none, and a way to change it. */
export function useFollowed(): [number, (team: number) => void] {
  const [params, setParams] = useSearchParams();
  const follow = useCallback(
    (team: number) =>
      setParams(
        (before) => {
          if (team > 0) before.set("team", String(team));
          else before.delete("team");
          return before;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [Number(params.get("team")) || 0, follow];
}
