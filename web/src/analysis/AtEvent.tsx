import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { EventPicker } from "../scout/event/EventPicker";
import { useSession } from "../session";
import { Button, Dialog, Loading, Page } from "../ui";
import { words } from "../words/analysis";
import { type At, useAt } from "./at";
import { useLiveFigures } from "./live";

/** AtEvent shows a page about the chosen FTC event, or lets one be chosen first. */
export function AtEvent({ title, children }: { title: string; children: (at: At) => ReactNode }) {
  const { team } = useSession();
  const at = useAt();
  if (at === undefined)
    return (
      <Page title={title}>
        <Loading rows={4} />
      </Page>
    );
  if (!at)
    return (
      <Page title={title} lead={words.event.which}>
        {team && <EventPicker team={team} />}
      </Page>
    );
  return (
    <Live key={`${at.team.id} ${at.season} ${at.eventCode}`} at={at}>
      {children(at)}
    </Live>
  );
}

/** OtherEvent is the button that changes the FTC event. A page about the former one gives way to the one at path. */
export function OtherEvent({ at, path }: { at: At; path: string }) {
  const [open, setOpen] = useState(false);
  const [, go] = useLocation();
  const chosen = () => {
    setOpen(false);
    go(path); // without the FTC event that its address may name
  };
  return (
    <>
      <Button icon="event" className="no-print" onClick={() => setOpen(true)}>
        {words.event.other}
      </Button>
      {open && (
        <Dialog title={words.event.choose} onClose={() => setOpen(false)}>
          <EventPicker team={at.team} done={chosen} />
        </Dialog>
      )}
    </>
  );
}

function Live({ at, children }: { at: At; children: ReactNode }) {
  useLiveFigures(at);
  return children;
}
