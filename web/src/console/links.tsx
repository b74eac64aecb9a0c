import { Link } from "wouter";
import { words } from "../words/console";

const query = (values: Record<string, string | undefined>) =>
  new URLSearchParams(Object.entries(values).filter((entry): entry is [string, string] => !!entry[1])).toString();

/** to are the addresses of the console's pages about one thing. */
export const to = {
  channel: (channel: string, app?: string) => `/console/channels?${query({ channel, app })}`,
  connections: (of: { user?: string; channel?: string }) => `/console/connections?${query(of)}`,
  broadcast: (channel: string) => `/console/broadcast?${query({ channel })}`,
  log: (of: { user?: string; channel?: string }) => `/console/log?${query(of)}`,
};

const link = "inline-flex min-h-6 items-center rounded font-medium text-accent-text wrap-anywhere";

/** ChannelLink goes to the page of a channel. */
export function ChannelLink({ channel, app }: { channel: string; app?: string }) {
  return (
    <Link href={to.channel(channel, app)} className={link}>
      {channel}
    </Link>
  );
}

/** TraceLink shows what one user, or one channel, does in the debug log. */
export function TraceLink({ user, channel, label }: { user?: string; channel?: string; label?: string }) {
  return (
    <Link href={to.log({ user, channel })} className={link} aria-label={words.lists.traceOf(label ?? channel ?? user ?? "")} data-trace>
      {words.lists.trace}
    </Link>
  );
}
