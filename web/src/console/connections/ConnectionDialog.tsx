import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useAction } from "../../action";
import { api, key } from "../../api";
import { Button, Confirm, Dialog, toast } from "../../ui";
import { words } from "../../words/console";
import { ago, since } from "../../words/time";
import { ChannelLink, to } from "../links";
import { DirectDialog } from "./DirectDialog";
import { type Connection, who } from "./who";

const text = words.connections;

/** ConnectionDialog is one connection: who it is, what it hears, and what can be done about it. */
export function ConnectionDialog({ id, connection: open, onClose }: { id: string; connection?: Connection; onClose: () => void }) {
  const last = useRef(open);
  if (open) last.current = open; // it stays in sight when it ends meanwhile
  const connection = last.current;
  const [asking, setAsking] = useState<"close" | "message" | null>(null);
  const [, go] = useLocation();
  const cache = useQueryClient();
  const close = useAction(
    async () => {
      await api.DELETE("/api/socket/connections/{id}", { params: { path: { id } } });
      await cache.invalidateQueries({ queryKey: key("/api/socket/connections") });
      toast(text.closed(id));
      onClose();
    },
    { toasted: true },
  );
  if (!connection) return null;
  const name = who(connection);
  if (asking === "message") return <DirectDialog connection={connection} onClose={() => setAsking(null)} />;
  if (asking === "close") {
    return (
      <Confirm title={text.closeTitle(name)} confirm={text.close} busy={close.busy} onConfirm={close.go} onClose={() => setAsking(null)}>
        <p>{text.closeHelp}</p>
      </Confirm>
    );
  }
  const trace = connection.userId ? { user: connection.userId } : { channel: connection.subscriptions?.[0] };
  return (
    <Dialog
      title={name}
      onClose={onClose}
      actions={
        <>
          {(trace.user || trace.channel) && <Button onClick={() => go(to.log(trace))}>{words.lists.trace}</Button>}
          <Button disabled={!open} onClick={() => setAsking("message")}>
            {text.message}
          </Button>
          <Button look="danger" disabled={!open} onClick={() => setAsking("close")}>
            {text.close}
          </Button>
        </>
      }
    >
      {!open && <p className="font-medium text-warn">{text.gone}</p>}
      <Facts connection={connection} />
    </Dialog>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const { id, userId, address, userAgent, origin, app, node, lastHeard, queueBytes, subscriptionCount, subscriptions } = connection;
  const facts: [string, ReactNode][] = [
    [text.socket, id],
    [
      text.userId,
      userId && (
        <Link href={to.connections({ user: userId })} className="text-accent-text">
          {userId}
        </Link>
      ),
    ],
    [text.at, address],
    [text.agent, userAgent],
    [text.origin, origin],
    [text.app, app],
    [text.node, node],
    [text.since, since(Date.now() - Date.parse(connection.since))],
    [text.heard, ago(lastHeard)],
    [text.queue, words.bytes(queueBytes)],
  ];
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {facts.map(
          ([fact, value]) =>
            value && (
              <div key={fact} className="col-span-2 grid grid-cols-subgrid">
                <dt className="text-quiet">{fact}</dt>
                <dd className="min-w-0 break-words">{value}</dd>
              </div>
            ),
        )}
      </dl>
      <section className="grid gap-1">
        <h3 className="font-semibold">{text.channels(subscriptionCount)}</h3>
        <ul className="grid max-h-48 overflow-y-auto">
          {subscriptions?.map((channel) => (
            <li key={channel}>
              <ChannelLink channel={channel} app={app} />
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
