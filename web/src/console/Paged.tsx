import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Problem } from "../api";
import { Button, Empty, Failed, Loading, Stale } from "../ui";
import { words } from "../words/console";

/** Paged shows a list that is read page by page, or what stands in for it. */
export function Paged({ from, children }: { from: UseInfiniteQueryResult<unknown, Problem>; children: ReactNode }) {
  if (from.error?.code === "driver-cannot") {
    return (
      <Empty icon="warn" title={words.lists.cannot}>
        {from.error.detail}
      </Empty>
    );
  }
  if (!from.data) return from.error ? <Failed cause={from.error} again={() => from.refetch()} /> : <Loading rows={6} />;
  return (
    <>
      {from.error && <Stale at={from.dataUpdatedAt} cause={from.error} again={() => from.refetch()} />}
      {children}
      {from.hasNextPage && (
        <div>
          <Button busy={from.isFetchingNextPage} onClick={() => from.fetchNextPage()}>
            {words.lists.more}
          </Button>
        </div>
      )}
    </>
  );
}
