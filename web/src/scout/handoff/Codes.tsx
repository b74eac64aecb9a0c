import { useEffect, useState } from "react";
import { stored, useStore } from "../../store";
import { Button, IconButton, QrCode } from "../../ui";
import { words } from "../../words/scout";
import { useStill } from "../form/hand";

const widths = [14, 18, 22, 28, 36]; // rem
const chosenWidth = stored("ftc.code-size", 2);
const pace = 900; // ms a code is shown: a camera needs a few frames of it

/** Codes shows the codes of a transfer one after the other, by themselves or at a tap. */
export function Codes({ texts, name }: { texts: string[]; name: string }) {
  const [at, setAt] = useState(0);
  const [turning, setTurning] = useState(texts.length > 1);
  const width = useStore(chosenWidth);
  useStill();
  useEffect(() => {
    if (!turning) return;
    const timer = setInterval(() => setAt((now) => (now + 1) % texts.length), pace);
    return () => clearInterval(timer);
  }, [turning, texts.length]);
  const go = (by: number) => {
    setTurning(false);
    setAt((now) => (now + by + texts.length) % texts.length);
  };
  const label = words.handoff.code(at + 1, texts.length);
  return (
    <section className="grid justify-items-center gap-3" data-codes={texts.length}>
      <button
        type="button"
        data-code={at + 1}
        data-text={texts[at]}
        className="max-w-full rounded-md bg-white p-1"
        style={{ width: `min(100%, ${widths[width]}rem, 70dvh)` }}
        onClick={() => go(1)}
        aria-label={`${label}, ${name}`}
      >
        <QrCode text={texts[at]} label={label} className="w-full" />
      </button>
      <p className="text-lg font-semibold">{label}</p>
      <div className="flex flex-wrap items-center justify-center gap-2">
        <IconButton icon="back" label={words.handoff.previous} disabled={texts.length < 2} onClick={() => go(-1)} />
        <Button disabled={texts.length < 2} onClick={() => setTurning(!turning)}>
          {turning ? words.handoff.pause : words.handoff.play}
        </Button>
        <IconButton icon="next" label={words.handoff.next} disabled={texts.length < 2} onClick={() => go(1)} />
        <Button disabled={width === 0} onClick={() => chosenWidth.set(width - 1)}>
          {words.handoff.smaller}
        </Button>
        <Button disabled={width === widths.length - 1} onClick={() => chosenWidth.set(width + 1)}>
          {words.handoff.larger}
        </Button>
      </div>
      {texts.length > 1 && <p className="text-quiet">{words.handoff.tap}</p>}
    </section>
  );
}
