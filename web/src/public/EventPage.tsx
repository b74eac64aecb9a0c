import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useParams } from "wouter";
import { problem } from "../api";
import { Empty, Loaded, Page, Stale, Tabs } from "../ui";
import { words as app } from "../words/app";
import { words } from "../words/public";
import { useEventKey, useFollowed } from "./address";
import { leadOf } from "./facts";
import { framed } from "./framed";
import { useLive } from "./live";
import { Missing } from "./Missing";
import { overviewOf, sideOf, titleOf } from "./match";
import { Playoffs } from "./Playoffs";
import { Places, Rankings } from "./Rankings";
import { Ratings } from "./Ratings";
import { type EventKey, eventRead, matchesRead, rankingsRead, saidRead } from "./reads";
import { type About, Now, Part, Rows, withFrame } from "./rows";
import { Schedule } from "./Schedule";
import { Share } from "./Share";
import { type Match, nameOf } from "./state";

/** EventPage follows an FTC event: what runs, scores, schedule, rankings, playoffs, ratings. The part is in the address. */
export default function EventPage() {
  const key = useEventKey();
  const { part = "" } = useParams<{ part?: string }>();
  const event = useQuery(eventRead(key));
  if (event.error && [404, 422].includes(problem(event.error).status)) return <Missing />;
  return <Loaded from={event}>{(known) => <Found key={`${key.season}/${key.code}`} of={key} event={known} part={part} />}</Loaded>;
}

type FtcEvent = Parameters<typeof leadOf>[0] & { timezone: string };

function Found({ of, event, part }: { of: EventKey; event: FtcEvent; part: string }) {
  const live = useLive(of);
  const matches = useQuery(matchesRead(of));
  const said = useQuery(saidRead(of));
  const [team] = useFollowed();
  const list = (matches.data ?? []).filter((match) => !match.removedAt) as Match[];
  const about: About = { timezone: event.timezone, said: said.data?.matches, live, team };
  useFrameLook();
  return (
    <Page title={event.name || event.eventCode} lead={leadOf(event)} actions={framed() ? undefined : <Share of={of} />}>
      <Parts of={of} part={part} />
      {matches.error && <Stale at={matches.dataUpdatedAt} />}
      {part === "" && <Loaded from={matches}>{() => <Overview of={of} matches={list} about={about} />}</Loaded>}
      {part === "schedule" && <Loaded from={matches}>{() => <Schedule matches={list} about={about} />}</Loaded>}
      {part === "rankings" && <Rankings of={of} />}
      {part === "playoffs" && <Playoffs of={of} matches={list} about={about} />}
      {part === "ratings" && <Ratings of={of} />}
      {!["", "schedule", "rankings", "playoffs", "ratings"].includes(part) && (
        <Empty title={app.problem.notFound}>{app.problem.notFoundHelp}</Empty>
      )}
      <Told matches={list} />
    </Page>
  );
}

function Parts({ of, part }: { of: EventKey; part: string }) {
  const root = `/e/${of.season}/${of.code}`;
  const tabs = (["live", "schedule", "rankings", "playoffs", "ratings"] as const).map((name) => {
    const tail = name === "live" ? "" : name;
    return { to: withFrame(tail ? `${root}/${tail}` : root), word: words.parts[name], here: part === tail };
  });
  return <Tabs label={words.parts.label} tabs={tabs} />;
}

function Overview({ of, matches, about }: { of: EventKey; matches: Match[]; about: About }) {
  const rankings = useQuery(rankingsRead(of));
  const { now, runs, newest, next } = overviewOf(matches);
  const places = rankings.data?.teams ?? [];
  return (
    <div className="grid items-start gap-4 wide:grid-cols-2">
      <Now match={now} runs={runs} any={matches.length > 0} about={about} />
      <Part title={words.newest} className={next.length > 0 ? undefined : "wide:row-span-2"}>
        {newest.length > 0 ? <Rows matches={newest} about={about} /> : <p className="text-quiet">{words.noScores}</p>}
      </Part>
      {next.length > 0 && (
        <Part title={words.next}>
          <Rows matches={next} about={about} />
        </Part>
      )}
      {places.length > 0 && (
        <Part title={words.rankings.title}>
          <Places places={places.slice(0, 8)} />
        </Part>
      )}
    </div>
  );
}

// Told says scores as they come to those who do not see them.
function Told({ matches }: { matches: Match[] }) {
  const newest = overviewOf(matches, 1).newest[0];
  const name = newest ? `${nameOf(newest)}/${newest.result?.rev}` : "";
  const first = useRef(name);
  const [text, setText] = useState("");
  const sentence = newest ? words.posted(titleOf(newest), sideOf(newest, "RED")?.total ?? 0, sideOf(newest, "BLUE")?.total ?? 0) : "";
  useEffect(() => {
    if (first.current === "") first.current = name;
    else if (name !== first.current) setText(sentence);
  }, [name, sentence]);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}

// useFrameLook takes the page's own ground away in a frame of another site.
function useFrameLook() {
  useEffect(() => {
    if (framed()) document.documentElement.dataset.framed = "";
  }, []);
}
