import { useState } from "react";
import { Button, ButtonLink, Copy, Dialog, QrCode } from "../ui";
import { words } from "../words/public";
import type { EventKey } from "./reads";

/** Share gives the page away: as a link, as a code to scan, for a frame, for the projector. */
export function Share({ of: { season, code } }: { of: EventKey }) {
  const [open, setOpen] = useState(false);
  const w = words.share;
  const link = location.origin + location.pathname + location.search;
  const frame = `${location.origin}/e/${season}/${code}?embed=1`;
  return (
    <>
      <Button icon="share" onClick={() => setOpen(true)}>
        {w.button}
      </Button>
      {open && (
        <Dialog title={w.title} onClose={() => setOpen(false)}>
          <div className="grid justify-items-center gap-4">
            <QrCode text={link} label={w.qr} />
            <div className="grid w-full gap-3">
              <Given word={w.link} text={link} />
              <Given word={w.frame} text={`<iframe src="${frame}"></iframe>`} />
              <ButtonLink to={`/e/${season}/${code}/hall`} icon="full">
                {w.hall}
              </ButtonLink>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Given({ word, text }: { word: string; text: string }) {
  return (
    <div className="grid gap-1">
      <span className="font-medium">{word}</span>
      <Copy text={text} label={word} />
    </div>
  );
}
