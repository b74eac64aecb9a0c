import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearch } from "wouter";
import { useAction } from "../../action";
import { api, type Problem } from "../../api";
import { useSession } from "../../session";
import { useStore } from "../../store";
import { Button, Card, Loaded, Page, toast } from "../../ui";
import { words } from "../../words/console";
import { ago } from "../../words/time";
import { Tree } from "../Tree";
import { Composer } from "./Composer";
import { type Registry, registryOf } from "./schema";
import { type Draft, forget, remember, sent } from "./sent";

const text = words.broadcast;

/** BroadcastPage sends an event to channels, one of the registry or a free one. */
export default function BroadcastPage() {
  const channel = new URLSearchParams(useSearch()).get("channel");
  const { me } = useSession();
  const [loaded, setLoaded] = useState<{ draft: Draft; at: number }>({
    draft: { name: "", channels: channel ? [channel] : [], data: { text: "" } },
    at: 0,
  });
  const registry = useQuery<Registry, Problem>({
    queryKey: ["/openapi.json"],
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => !!state.error && 5_000,
    queryFn: async ({ signal }) => registryOf((await api.GET("/openapi.json" as never, { signal } as never)).data as never),
  });
  const send = useAction(async (draft: Draft) => {
    await api.POST("/api/socket/broadcast", { body: draft });
    remember({ ...draft, at: Date.now(), by: me?.id ?? "" });
    toast(text.sent(draft.channels));
  });
  return (
    <Page title={words.pages.broadcast} lead={text.lead} full>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card>
          <Loaded from={registry}>
            {(known) => (
              <Composer key={loaded.at} start={loaded.draft} registry={known} busy={send.busy} failed={send.failed} onSend={send.go} />
            )}
          </Loaded>
        </Card>
        <History onEdit={(draft) => setLoaded({ draft, at: Date.now() })} onSend={send.go} busy={send.busy} by={me?.id ?? ""} />
      </div>
    </Page>
  );
}

function History({
  by,
  busy,
  onEdit,
  onSend,
}: {
  by: string;
  busy: boolean;
  onEdit: (draft: Draft) => void;
  onSend: (draft: Draft) => void;
}) {
  const list = useStore(sent).filter((one) => one.by === by);
  return (
    <Card title={text.history} actions={list.length > 0 && <Button onClick={() => forget(by)}>{text.clear}</Button>}>
      {list.length === 0 && <p className="text-quiet">{text.none}</p>}
      <ol className="grid divide-y divide-line" data-rows>
        {list.map(({ at, name, channels, data }) => {
          const draft = { name, channels, data };
          return (
            <li key={at} data-row data-sent={name} className="grid gap-2 py-3">
              <p className="flex flex-wrap justify-between gap-x-3">
                <span className="font-medium break-all">{name}</span>
                <span className="text-sm text-quiet">{ago(at)}</span>
              </p>
              <p className="text-sm break-all">{channels.join(" ")}</p>
              <Tree value={data} />
              <p className="flex gap-2">
                <Button busy={busy} onClick={() => onSend(draft)} aria-label={text.againOf(name, channels.join(" "))}>
                  {text.again}
                </Button>
                <Button look="quiet" onClick={() => onEdit(draft)} aria-label={text.editOf(name, channels.join(" "))}>
                  {text.edit}
                </Button>
              </p>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
