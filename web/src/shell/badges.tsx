import { useEffect, useState } from "react";
import { Link } from "wouter";
import { proof } from "../api";
import { badge } from "../badge";
import { useConnection } from "../realtime";
import { useStore } from "../store";
import { cx } from "../ui";
import { words } from "../words/app";
import { since } from "../words/time";

const tones = { good: "text-good", warn: "text-warn", bad: "text-bad", quiet: "text-quiet" };

/** ConnectionBadge says whether news arrive: by the socket, by asking, or not at all, and since when. */
export function ConnectionBadge() {
  const { state } = useConnection();
  const { at, silent } = useStore(proof);
  const away = silent || state === "offline";
  const now = useNow(away);
  const text = away ? (at > 0 ? words.link.silent(since(now - at)) : words.link.offline) : words.link[state];
  const tone = away ? "bad" : state === "connecting" ? "quiet" : "good";
  return (
    <span
      role="status"
      data-link={away ? "offline" : state}
      className={cx("flex items-center gap-2 px-2 text-sm font-medium whitespace-nowrap", tones[tone])}
    >
      <span
        aria-hidden="true"
        className={cx("size-2.5 rounded-full border-2 border-current", !away && state !== "connecting" && "bg-current")}
      />
      <span className={cx(!away && "max-sm:sr-only")}>{text}</span>
    </span>
  );
}

/** WaitingBadge is the word of whoever has something waiting on this device. */
export function WaitingBadge() {
  const shown = useStore(badge);
  if (!shown) return null;
  const look = cx("flex min-h-11 items-center px-2 text-sm font-medium whitespace-nowrap no-underline", tones[shown.tone]);
  return (
    <span role="status">
      {shown.to ? (
        <Link href={shown.to} className={look}>
          {shown.text}
        </Link>
      ) : (
        <span className={look}>{shown.text}</span>
      )}
    </span>
  );
}

// useNow is the time, to the second while it is shown.
function useNow(shown: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!shown) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [shown]);
  return now;
}
