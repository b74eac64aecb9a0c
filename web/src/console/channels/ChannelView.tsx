import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, get, type Problem, type Schemas } from "../../api";
import { ButtonLink, Card, Empty, Failed, Loaded, Loading, Page } from "../../ui";
import { words } from "../../words/console";
import { ago } from "../../words/time";
import { who } from "../connections/who";
import { to } from "../links";
import { Tree } from "../Tree";
import { each } from "../usePages";
import { useChannels } from "./useChannels";

const text = words.channels;
type LogPage = Schemas["EventlogPage"];

/** ChannelView is one channel: who is in it, and what was said. */
export function ChannelView({ name, app }: { name: string; app?: string }) {
  const { read, channels } = useChannels(name);
  const found = channels.find((channel) => channel.name === name && (!app || channel.app === app));
  const facts: [string, string][] = found
    ? [
        [text.type, [text.types[found.type], found.cache && text.cache].filter(Boolean).join(", ")],
        [text.subscriptions, told(found.subscriptions)],
        ...(found.members === null ? [] : [[text.members, told(found.members)] as [string, string]]),
        [text.since, told(found.published)],
        [text.rate, told(found.rate)],
      ]
    : [];
  return (
    <Page
      title={name}
      full
      actions={
        <>
          <ButtonLink to="/console/channels" icon="back">
            {text.all}
          </ButtonLink>
          <ButtonLink to={to.log({ channel: name })}>{words.lists.trace}</ButtonLink>
          <ButtonLink to={to.broadcast(name)} look="main">
            {text.broadcast}
          </ButtonLink>
        </>
      }
    >
      {!read.data && (read.error ? <Failed cause={read.error} again={() => read.refetch()} /> : <Loading rows={1} />)}
      {read.data && !found && <Empty title={text.empty}>{text.emptyHelp}</Empty>}
      {found && (
        <dl className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
          {facts.map(([fact, value]) => (
            <div key={fact} data-tile={fact} className="rounded-card border border-line bg-card px-3 py-2">
              <dt className="text-sm text-quiet">{fact}</dt>
              <dd className="text-lg font-semibold">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {found?.type === "presence" ? <Members name={name} app={app} /> : <Subscribers name={name} />}
        <Events name={name} />
      </div>
    </Page>
  );
}

const told = (n: number | null) => (n === null ? words.unknown : words.number(n));

function Members({ name, app }: { name: string; app?: string }) {
  const members = useQuery({
    ...get("/api/socket/channels/{channel}/members", { path: { channel: name }, query: { app, limit: 200 } }),
    refetchInterval: each(2_000),
  });
  return (
    <Card title={text.membersTitle(members.data?.count ?? 0)}>
      <Loaded from={members}>
        {({ members: list }) =>
          list?.length ? (
            <ul className="grid divide-y divide-line">
              {list.map(({ userId, info }) => (
                <li key={userId} data-member={userId} className="grid gap-1 py-2">
                  <Link
                    href={to.connections({ user: userId })}
                    className="flex min-h-6 items-center font-mono text-sm font-medium break-all text-accent-text"
                  >
                    {userId}
                  </Link>
                  {info != null && <Tree value={info} />}
                </li>
              ))}
            </ul>
          ) : (
            <p className="text-quiet">{text.nobody}</p>
          )
        }
      </Loaded>
    </Card>
  );
}

const listed = 20; // subscribers

function Subscribers({ name }: { name: string }) {
  const connections = useQuery({
    ...get("/api/socket/connections", { query: { channel: name, limit: listed } }),
    refetchInterval: each(2_000),
    retry: false,
  });
  const all = (
    <ButtonLink to={to.connections({ channel: name })} icon="next">
      {words.pages.connections}
    </ButtonLink>
  );
  if (connections.error?.code === "driver-cannot") {
    return (
      <Card title={text.subscribers}>
        <p className="text-quiet">{connections.error.detail}</p>
      </Card>
    );
  }
  return (
    <Card title={text.subscribers} actions={all}>
      <Loaded from={connections} rows={2}>
        {({ connections: list, count }) => (
          <>
            <ul className="grid divide-y divide-line">
              {(list ?? []).map((connection) => (
                <li key={connection.id} className="flex flex-wrap justify-between gap-x-3 py-1.5">
                  <span className={connection.userId ? "font-medium" : "text-quiet"}>{who(connection)}</span>
                  <span className="font-mono text-sm text-quiet">{connection.id}</span>
                </li>
              ))}
            </ul>
            {count > listed && <p className="text-sm text-quiet">{text.others(count - listed)}</p>}
          </>
        )}
      </Loaded>
    </Card>
  );
}

const shown = 20; // newest events

async function newest(channel: string, signal: AbortSignal): Promise<LogPage> {
  const ask = async (after: number | undefined, limit: number) => {
    const params = { path: { channel }, query: { after, limit } };
    return (await api.GET("/api/channels/{channel}/events", { params, signal })).data!.data;
  };
  const { head } = await ask(undefined, 1);
  return ask(Math.max(0, head - shown), shown);
}

function Events({ name }: { name: string }) {
  const log = useQuery<LogPage, Problem>({
    queryKey: ["console", "events", name],
    queryFn: ({ signal }) => newest(name, signal),
    refetchInterval: each(2_000),
    retry: false,
  });
  const closed = log.error && [401, 403, 404].includes(log.error.status);
  if (closed) {
    return (
      <Card title={text.events}>
        <p className="text-quiet">{text.closed}</p>
      </Card>
    );
  }
  return (
    <Card title={text.events}>
      <Loaded from={log}>
        {({ events }) =>
          events?.length ? (
            <ol className="grid divide-y divide-line">
              {[...events].reverse().map((event) => (
                <li key={event.seq} data-seq={event.seq} className="grid gap-1 py-2">
                  <p className="flex flex-wrap justify-between gap-x-3">
                    <span className="font-medium">{event.name}</span>
                    <span className="text-sm text-quiet">{`${event.seq} · ${ago(event.at)}`}</span>
                  </p>
                  <Tree value={event.data} />
                </li>
              ))}
            </ol>
          ) : (
            <p className="text-quiet">{text.noEvents}</p>
          )
        }
      </Loaded>
    </Card>
  );
}
