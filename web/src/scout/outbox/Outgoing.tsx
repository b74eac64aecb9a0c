import { useEffect } from "react";
import { proof } from "../../api";
import { badge } from "../../badge";
import { useConnection } from "../../realtime";
import { useSession } from "../../session";
import { useStore } from "../../store";
import { words } from "../../words/scout";
import { useNow } from "../now";
import { summaryOf } from "./item";
import { outbox, sendNow, start } from "./outbox";

/** Outgoing sends what waits while the app is open, and says in the top bar how that stands. It shows nothing itself. */
export default function Outgoing() {
  const { me } = useSession();
  const { state } = useConnection();
  const id = me?.id;
  useEffect(() => start(() => id), [id]);
  useEffect(() => {
    // A socket that opens, and one that hears something, is as good a sign of life as an answer.
    if (state !== "connected") return;
    proof.set({ at: Date.now(), silent: false });
    sendNow();
  }, [state]);
  useBadge(id);
  return null;
}

function useBadge(me: string | undefined) {
  const { items, sending, loaded } = useStore(outbox);
  const { waiting, attention, others, lastSent } = summaryOf(items, me);
  const fresh = lastSent !== undefined && waiting + attention === 0;
  const now = useNow(fresh ? 1000 : 0);
  const since = fresh ? now - lastSent : 0;
  useEffect(() => {
    if (!loaded) return;
    const to = "/scout/outbox";
    if (attention > 0) badge.set({ text: words.outbox.attention(attention), tone: "bad", to });
    else if (sending.length > 0) badge.set({ text: words.outbox.sending(sending.length), tone: "warn", to });
    else if (waiting + others > 0) badge.set({ text: words.outbox.waiting(waiting + others), tone: "warn", to });
    else if (fresh && since < 12 * 3600_000) badge.set({ text: words.outbox.sentAgo(since), tone: "good", to });
    else badge.set(null);
  }, [loaded, attention, sending.length, waiting, others, fresh, since]);
  useEffect(() => () => badge.set(null), []);
}
