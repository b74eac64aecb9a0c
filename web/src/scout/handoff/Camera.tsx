import { useEffect, useRef, useState } from "react";
import { Button, Empty } from "../../ui";
import { words } from "../../words/scout";
import type { Scan } from "../transfer/chunk";
import { watch } from "./camera";

/** Camera shows what the camera sees and tells what it reads; when the scan is whole it calls finish, once. */
export function Camera({ seen, whole, finish }: { seen: (text: string) => void; whole?: Scan; finish: (scan: Scan) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState(false);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try starts anew
  useEffect(() => {
    const stop = new AbortController();
    setFault(false);
    if (!navigator.mediaDevices) setFault(true);
    else watch(video.current!, seen, stop.signal).catch(() => !stop.signal.aborted && setFault(true));
    return () => stop.abort();
  }, [seen, tries]);
  useEffect(() => {
    if (whole) finish(whole);
  }, [whole, finish]);
  if (fault) {
    return (
      <Empty icon="warn" title={words.scan.noCamera} action={<Button onClick={() => setTries(tries + 1)}>{words.scan.again}</Button>}>
        {words.scan.noCameraHelp}
      </Empty>
    );
  }
  return (
    <video
      ref={video}
      muted
      playsInline
      aria-label={words.scan.starting}
      className="aspect-[4/3] w-full rounded-card bg-sunken object-cover"
    />
  );
}
