import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useAction } from "../../action";
import { proof } from "../../api";
import { useSession } from "../../session";
import { useStore } from "../../store";
import { Button, ButtonLink, Card, Empty, Loading, Page, toast } from "../../ui";
import { words } from "../../words/scout";
import { useNow } from "../now";
import { backupOf, restored } from "./backup";
import { ItemRow } from "./ItemRow";
import { type Item, mine, summaryOf } from "./item";
import { carry, outbox, sendNow, take } from "./outbox";
import { keep } from "./queue";

/** OutboxPage shows what is not on the server yet, why, and every way to get it there. */
export default function OutboxPage() {
  const { me } = useSession();
  const { items, loaded } = useStore(outbox);
  if (!me || !loaded) {
    return (
      <Page title={words.outbox.title}>
        <Loading />
      </Page>
    );
  }
  const own = items.filter((i) => mine(i, me.id)).reverse();
  const open = own.filter((i) => i.state !== "sent");
  const others = new Map<string, Item[]>();
  for (const i of items) if (i.state === "waiting" && !mine(i, me.id)) others.set(i.owner.id, [...(others.get(i.owner.id) ?? []), i]);
  return (
    <Page title={words.outbox.title} lead={words.outbox.lead}>
      <Standing me={me.id} />
      {[...others.values()].map((list) => (
        <Others key={list[0].owner.id} list={list} me={me.id} />
      ))}
      {open.length === 0 ? (
        <Empty icon="check" title={words.outbox.empty}>
          {words.outbox.emptyHelp}
        </Empty>
      ) : (
        <Card>
          <ul className="min-w-0" data-outbox>
            {open.map((item) => (
              <ItemRow key={item.id} item={item} me={me.id} />
            ))}
          </ul>
        </Card>
      )}
      <Files items={items} />
    </Page>
  );
}

function Standing({ me }: { me: string }) {
  const { items, sending, trouble, nextTry } = useStore(outbox);
  const { at } = useStore(proof);
  const now = useNow(1000);
  const { waiting, attention, oldest } = summaryOf(items, me);
  const signIn = trouble?.status === 401;
  const rest = attention > 0 ? words.outbox.attention(attention) : words.outbox.sent;
  const headline = sending.length > 0 ? words.outbox.sending(sending.length) : waiting > 0 ? words.outbox.waiting(waiting) : rest;
  const lines = [
    at > 0 ? words.outbox.alive(now - at) : words.outbox.neverAlive,
    oldest !== undefined && words.outbox.oldest(now - oldest),
    waiting > 0 && nextTry !== undefined && nextTry > now && !signIn && words.outbox.nextTry(nextTry - now),
  ].filter(Boolean);
  return (
    <section className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-line bg-card p-4">
      <div>
        <p className="text-2xl font-bold" data-standing>
          {headline}
        </p>
        <p className="text-quiet">{lines.join(" · ")}</p>
        {signIn && <p className="font-medium text-warn">{words.outbox.signIn}</p>}
        {!signIn && waiting > 0 && trouble && trouble.status > 0 && <p className="text-warn">{trouble.detail}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button look="main" icon="upload" disabled={waiting === 0} busy={sending.length > 0} onClick={sendNow}>
          {words.outbox.now}
        </Button>
        <ButtonLink icon="qr" to="/scout/handoff">
          {words.outbox.handOff}
        </ButtonLink>
        <ButtonLink icon="qr" to="/scout/scan">
          {words.outbox.scan}
        </ButtonLink>
      </div>
    </section>
  );
}

/** Others is what somebody else left on a shared device; it never goes as mine. */
function Others({ list, me }: { list: Item[]; me: string }) {
  const name = list[0].owner.displayName;
  const bring = useAction(() =>
    carry(
      list.map((i) => i.id),
      me,
    ),
  );
  return (
    <Card title={words.outbox.others(name, list.length)}>
      <p className="text-quiet">{words.outbox.othersHelp(name)}</p>
      <div>
        <Button busy={bring.busy} onClick={() => bring.go()}>
          {words.outbox.bring(name)}
        </Button>
      </div>
    </Card>
  );
}

function Files({ items }: { items: Item[] }) {
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState(false);
  const kept = useQuery({ queryKey: ["scout-kept"], queryFn: keep, staleTime: 0 });
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([backupOf(items, Date.now())], { type: "application/json" }));
    link.download = `outbox-${new Date().toISOString().slice(0, 16).replaceAll(":", "")}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const restore = async (file: File | undefined) => {
    const fresh = file && restored(await file.text());
    setFault(!fresh);
    if (fresh) toast(words.outbox.restored(await take(fresh)));
  };
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-2">
        <Button icon="download" onClick={download}>
          {words.outbox.backup}
        </Button>
        <Button icon="upload" onClick={() => input.current?.click()}>
          {words.outbox.restore}
        </Button>
        <input ref={input} type="file" accept="application/json,.json" hidden onChange={(event) => restore(event.target.files?.[0])} />
      </div>
      {fault && (
        <p role="alert" className="text-bad">
          {words.outbox.notABackup}
        </p>
      )}
      {kept.data !== undefined && <p className="text-sm text-quiet">{kept.data ? words.outbox.keeps : words.outbox.mayDrop}</p>}
    </div>
  );
}
