import { useQuery } from "@tanstack/react-query";
import { memo, type ReactNode, useState } from "react";
import { get } from "../../api";
import { Button, cx, Icon, toast } from "../../ui";
import { words } from "../../words/console";
import { ChannelLink, TraceLink } from "../links";
import { Tree } from "../Tree";
import { dataOf, type Kind, type Line } from "./lines";
import { curlOf, pusherOf, type Server } from "./snippets";

const text = words.log;

const tones: Record<Kind, string> = {
  connect: "text-good",
  signin: "text-good",
  subscribe: "text-good",
  refused: "text-bad",
  event: "text-accent-text",
  "client-event": "text-accent-text",
  unsubscribe: "text-quiet",
  disconnect: "text-quiet",
};

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** LineRow is one line of the debug log; pressed, it shows all that it has. */
export const LineRow = memo(function LineRow({ line }: { line: Line }) {
  const [open, setOpen] = useState(false);
  const at = clock.format(new Date(line.at));
  const { kind, channel, name, reason, userId, socketId, size } = line;
  return (
    <li data-row data-kind={kind}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="grid min-h-9 w-full grid-cols-[auto_auto_minmax(0,1fr)] items-baseline gap-x-3 px-3 py-1.5 text-left text-sm sm:grid-cols-[6.5rem_6rem_minmax(0,2fr)_minmax(0,3fr)_5rem]"
      >
        <span className="font-mono text-quiet">{at}</span>
        <span className={cx("flex items-baseline gap-1 font-semibold", tones[kind])}>
          {kind === "refused" && <Icon name="warn" className="size-4" />}
          {text.kind[kind]}
        </span>
        <span className="truncate font-mono">{channel || userId || socketId || line.address}</span>
        <span className="max-sm:col-span-3 sm:truncate">
          {(kind === "refused" ? [reason, name] : [name, reason]).filter(Boolean).join(" · ")}
        </span>
        <span className="text-right text-quiet max-sm:hidden">{size ? words.bytes(size) : ""}</span>
      </button>
      {open && <Detail line={line} />}
    </li>
  );
});

function Detail({ line }: { line: Line }) {
  const { app, node, socketId, userId, address, channel, name, size, reason } = line;
  const data = dataOf(line);
  const facts: [string, string | undefined][] = [
    [text.socket, socketId],
    [text.address, address],
    [text.event, name],
    [text.size, size ? words.bytes(size) : undefined],
    [text.reason, reason],
    [text.app, app],
    [text.node, node],
  ];
  return (
    <div className="grid gap-3 bg-sunken px-3 py-3 text-sm">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {userId && (
          <Fact name={text.userOf}>
            <span className="font-mono break-all">{userId}</span> <span className="mx-2">·</span>
            <TraceLink user={userId} label={text.userOf} />
          </Fact>
        )}
        {channel && (
          <Fact name={text.channel}>
            <ChannelLink channel={channel} app={app} /> <span className="mx-2">·</span>
            <TraceLink channel={channel} />
          </Fact>
        )}
        {facts.map(
          ([fact, value]) =>
            value && (
              <Fact key={fact} name={fact}>
                {value}
              </Fact>
            ),
        )}
        {line.withheld && <Fact name={text.data}>{text.withheld}</Fact>}
        {data && (
          <Fact name={text.data}>
            <Tree value={data.value} />
            {data.cut && <span className="block text-quiet">{text.cut}</span>}
          </Fact>
        )}
      </dl>
      <Copies line={line} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="col-span-2 grid grid-cols-subgrid">
      <dt className="text-quiet">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Copies({ line }: { line: Line }) {
  const { data: told } = useQuery({ ...get("/api/realtime/config"), staleTime: 60_000 });
  const page = new URL(location.origin);
  const tls = page.protocol === "https:";
  const server: Server = {
    url: location.origin,
    key: told?.key ?? "",
    host: told?.host || page.hostname,
    port: told && (told.host || told.driver !== "embedded") ? told.port : Number(page.port || (tls ? 443 : 80)),
    tls: told?.tls || tls,
    authEndpoint: told?.authEndpoint ?? "/api/pusher/auth",
  };
  const forms: [string, () => string][] = [
    [text.curl, () => curlOf(line, server)],
    [text.pusher, () => pusherOf(line, server)],
    [text.json, () => JSON.stringify(line, null, 2)],
  ];
  const copy = async (form: () => string) => {
    try {
      await navigator.clipboard.writeText(form());
      toast(text.copied);
    } catch (cause) {
      toast(String(cause), { tone: "bad" });
    }
  };
  return (
    <div className="flex flex-wrap gap-2">
      {forms.map(([what, form]) => (
        <Button key={what} icon="copy" onClick={() => copy(form)}>
          {text.copyAs(what)}
        </Button>
      ))}
    </div>
  );
}
