import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { get, type Schemas } from "../api";
import { chooseEvent, type EventRef } from "../event";
import { type Team, useSession } from "../session";
import { Button, Dialog, Empty, Field, Loaded, Loading } from "../ui";
import { words } from "../words/coach";
import { dates } from "../words/time";
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
    <Empty icon="event" title={words.event.none} action={<ChooseEvent team={team} word={words.event.choose} main />}>
      {words.event.noneHelp}
    </Empty>
  );
}

/** ChooseEvent is the button that changes the FTC event. */
export function ChooseEvent({ team, word, main }: { team: Team; word?: string; main?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={main ? "main" : "plain"} icon="event" onClick={() => setOpen(true)}>
        {word ?? words.event.other}
      </Button>
      {open && <Events team={team} close={() => setOpen(false)} />}
    </>
  );
}

const most = 30; // of a list that nobody reads to its end

function Events({ team, close }: { team: Team; close: () => void }) {
  const [text, setText] = useState("");
  const events = useQuery(get("/api/events", { query: { limit: 500 } }));
  const choose = ({ season, eventCode, name }: Schemas["FtcEvent"]) => {
    chooseEvent(team.id, { season, eventCode, name });
    close();
  };
  return (
    <Dialog title={words.event.choose} onClose={close}>
      <Field
        label={words.event.search}
        hideLabel
        placeholder={words.event.search}
        type="search"
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      <Loaded from={events}>
        {(list) => {
          const found = list.filter((e) => `${e.name} ${e.eventCode}`.toLowerCase().includes(text.trim().toLowerCase()));
          if (found.length === 0) return <p className="text-quiet">{words.event.nothing}</p>;
          return (
            <ul>
              {found.slice(0, most).map((event) => (
                <li key={`${event.season} ${event.eventCode}`} className="border-t border-line first:border-t-0">
                  <button type="button" className="grid min-h-14 w-full content-center text-left" onClick={() => choose(event)}>
                    <span className="font-semibold">{event.name || event.eventCode}</span>
                    <span className="text-sm text-quiet">
                      {[event.eventCode, dates(event.startsOn, event.endsOn)].filter(Boolean).join(" · ")}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
