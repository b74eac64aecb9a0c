import { type ReactNode, useState } from "react";
import type { EventRef } from "../event";
import { EventPicker } from "../scout/event/EventPicker";
import { type Team, useSession } from "../session";
import { Button, Dialog, Loading } from "../ui";
import { words } from "../words/coach";
import { useWorkEvent } from "../workevent";

/** AtEvent shows what is of one FTC event, or asks which. */
export function AtEvent({ children }: { children: (team: Team, event: EventRef) => ReactNode }) {
  const { team } = useSession();
  return team && <Chosen team={team}>{children}</Chosen>;
}

function Chosen({ team, children }: { team: Team; children: (team: Team, event: EventRef) => ReactNode }) {
  const event = useWorkEvent(team);
  if (event === undefined) return <Loading rows={4} />;
  if (event) return children(team, event);
  return (
    <>
      <p className="text-quiet">{words.event.noneHelp}</p>
      <EventPicker team={team} />
    </>
  );
}

/** ChooseEvent is the button that changes the FTC event. */
export function ChooseEvent({ team }: { team: Team }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="event" onClick={() => setOpen(true)}>
        {words.event.other}
      </Button>
      {open && (
        <Dialog title={words.event.choose} onClose={() => setOpen(false)}>
          <EventPicker team={team} done={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}
