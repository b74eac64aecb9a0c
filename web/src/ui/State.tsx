import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Problem, problem, proof } from "../api";
import { useStore } from "../store";
import { words } from "../words/app";
import { ago } from "../words/time";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

/** Empty says that there is nothing yet, and what to do about it. */
export function Empty({
  icon = "list",
  title,
  children,
  action,
  tall,
}: {
  icon?: IconName;
  title: string;
  tall?: boolean; // fills a screen
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      className={`grid justify-items-center gap-2 rounded-card border border-dashed border-edge/60 px-6 py-10 text-center ${tall ? "content-center" : ""}`}
    >
      <Icon name={icon} className="size-8 text-quiet" />
      <p className="font-semibold">{title}</p>
      {children && <p className="max-w-md text-quiet">{children}</p>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Loading keeps the place of what comes, so that nothing jumps; rows is about how much that is. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div role="status" aria-label={words.loading} className="grid gap-2">
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <div key={i} className="h-14 animate-pulse rounded-lg bg-sunken" />
      ))}
    </div>
  );
}

/** Failed says in words why something is not there, and tries again. */
export function Failed({ cause, again }: { cause: unknown; again?: () => void }) {
  const { status, detail } = problem(cause);
  if (status === 0) return <Offline again={again} />;
  return (
    <div role="alert" className="grid justify-items-start gap-2 rounded-card border border-bad/50 bg-bad-wash p-4">
      <p className="font-semibold">{words.problem.failed}</p>
      <p>{detail}</p>
      {again && (
        <Button icon="undo" onClick={again}>
          {words.problem.again}
        </Button>
      )}
    </div>
  );
}

/** Offline stands where nothing can be shown without a connection. */
export function Offline({ again }: { again?: () => void }) {
  return (
    <div role="alert" className="grid justify-items-start gap-2 rounded-card border border-warn/50 bg-warn-wash p-4">
      <p className="font-semibold">{words.offline.title}</p>
      <p>{words.offline.nothing}</p>
      {again && (
        <Button icon="undo" onClick={again}>
          {words.problem.again}
        </Button>
      )}
    </div>
  );
}

/** Stale is the line above what was loaded earlier while the server does not answer, or answers with the cause. */
export function Stale({ at, cause, again }: { at: number; cause?: unknown; again?: () => void }) {
  const { silent } = useStore(proof);
  const { status, detail } = problem(cause);
  if (!silent && status <= 0) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 rounded-lg bg-warn-wash px-3 py-2 text-sm text-warn">
      <Icon name="warn" className="size-4" />
      <p>
        {silent ? words.offline.help : words.problem.stale(detail)} {at > 0 && `(${ago(at)})`}
      </p>
      {!silent && again && (
        <button type="button" className="min-h-6 rounded font-semibold underline" onClick={again}>
          {words.problem.again}
        </button>
      )}
    </div>
  );
}

/** Loaded shows a query's answer, or what stands in for it: loading, failed, offline; what is known stays while it is old. */
export function Loaded<Data>({
  from,
  rows,
  children,
}: {
  from: UseQueryResult<Data, Problem>;
  rows?: number;
  children: (data: NonNullable<Data>) => ReactNode;
}) {
  if (from.data !== undefined && from.data !== null) {
    return (
      <>
        {from.error && <Stale at={from.dataUpdatedAt} cause={from.error} again={() => from.refetch()} />}
        {children(from.data)}
      </>
    );
  }
  if (from.error) return <Failed cause={from.error} again={() => from.refetch()} />;
  return <Loading rows={rows} />;
}
