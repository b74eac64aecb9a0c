import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { problem } from "../api";
import { Loaded } from "../ui";
import { words } from "../words/public";
import { useEventKey } from "./address";
import { useLive } from "./live";
import { Missing } from "./Missing";
import { overviewOf } from "./match";
import { Places } from "./Rankings";
import { type EventKey, eventRead, matchesRead, rankingsRead, saidRead } from "./reads";
import { Now, Part, Rows } from "./rows";
import type { Match } from "./state";

/** HallPage is an event's page for the projector: large, dark, nothing to press. */
export default function HallPage() {
  const key = useEventKey();
  const event = useQuery(eventRead(key));
  if (event.error && [404, 422].includes(problem(event.error).status)) return <Missing />;
  return (
    <main className="pub-hall">
      <Loaded from={event}>{(known) => <Hall of={key} name={known.name || known.eventCode} timezone={known.timezone} />}</Loaded>
    </main>
  );
}

function Hall({ of, name, timezone }: { of: EventKey; name: string; timezone: string }) {
  const live = useLive(of);
  const matches = useQuery(matchesRead(of));
  const said = useQuery(saidRead(of));
  const rankings = useQuery(rankingsRead(of));
  const list = (matches.data ?? []).filter((match) => !match.removedAt) as Match[];
  const { now, runs, newest, next } = overviewOf(list, 4);
  const about = { timezone, said: said.data?.matches, live };
  useEffect(() => {
    document.title = name;
  }, [name]);
  return (
    <>
      <h1>{name}</h1>
      <div className="pub-columns">
        <div className="grid gap-[2.5vmin]">
          <Now match={now} runs={runs} any={list.length > 0} about={about} />
          {newest.length > 0 && (
            <Part title={words.newest}>
              <Rows matches={newest} about={about} />
            </Part>
          )}
        </div>
        <div className="grid gap-[2.5vmin]">
          {next.length > 0 && (
            <Part title={words.next}>
              <Rows matches={next} about={about} />
            </Part>
          )}
          <Part title={words.rankings.title}>
            <Places places={(rankings.data?.teams ?? []).slice(0, next.length > 0 ? 5 : 12)} />
          </Part>
        </div>
      </div>
    </>
  );
}
