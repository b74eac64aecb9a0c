import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { type EventRef, useEvent } from "../event";
import { usePusher } from "../realtime";
import { type Me, may, type Team, useSession } from "../session";
import { allianceOf, ButtonLink, Card, Empty, Failed, Loading, Page, Robot, Stale } from "../ui";
import { matchName, words } from "../words/scout";
import { DutyCard, DutyRow } from "./assignment/DutyCard";
import { placePath } from "./assignment/duty";
import { PassOn } from "./assignment/PassOn";
import { Robots } from "./assignment/Robots";
import { type Done, useDone, useDuties } from "./assignment/useDuties";
import EventsPage from "./event/EventsPage";
import { ReadyLine } from "./event/ReadyLine";
import type { Ready } from "./event/ready";
import { useReady } from "./event/useReady";
import { drafts } from "./form/draft";
import { EntryState } from "./outbox/EntryState";

/** ScoutPage is what a scout sees between two matches: what is next, and how what they did stands. */
export default function ScoutPage() {
  const { me, team } = useSession();
  const event = useEvent();
  if (!me || !team) return null;
  return event ? <AtEvent me={me} team={team} event={event} /> : <EventsPage />;
}

function AtEvent({ me, team, event }: { me: Me; team: Team; event: EventRef }) {
  const { ready, failed, loading, reading, update } = useReady(team.id, event);
  const done = useDone(me.id, team.id, event);
  usePusher({ channelName: `private-team-${team.id}`, eventName: "scouting:assignments-changed", onEvent: () => update() });
  return (
    <Page
      title={ready?.event.name ?? event.name ?? event.eventCode}
      lead={ready && <ReadyLine ready={ready} reading={reading} update={update} />}
      actions={<ButtonLink to="/scout/events">{words.event.change}</ButtonLink>}
    >
      {loading && <Loading rows={4} />}
      {!ready && !loading && <Failed cause={failed} again={update} />}
      {ready && failed && <Stale at={ready.at} />}
      {ready && <Duties me={me} team={team} ready={ready} done={done} changed={update} />}
    </Page>
  );
}

function Duties({ me, team, ready, done, changed }: { me: Me; team: Team; ready: Ready; done: Done[]; changed: () => void }) {
  const { next, later, missed, any, guess } = useDuties(ready, me.id, done);
  const begun = useQuery({ queryKey: ["scout-drafts", me.id], staleTime: 0, queryFn: () => drafts(me.id) });
  const here = (begun.data ?? []).filter(
    (d) => d.teamId === team.id && d.place.eventCode === ready.event.eventCode && d.log.done.length > 0,
  );
  const seen = done.map((d) => d.place);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 wide:grid-cols-2">
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
        {here.map((draft) => (
          <div
            key={draft.key}
            className="flex flex-wrap items-center justify-between gap-2 rounded-card border border-warn/50 bg-warn-wash p-3"
          >
            <span className="font-medium">{words.duty.draft(matchName(draft.place), draft.place.scoutedTeamNumber)}</span>
            <ButtonLink to={`/scout/form/${placePath(draft.place)}`}>{words.duty.resume}</ButtonLink>
          </div>
        ))}
        {next && (
          <DutyCard duty={next} ready={ready} title={words.duty.next}>
            {may(team, "MENTOR", "LEADER") && <PassOn duty={next} ready={ready} me={me.id} changed={changed} />}
          </DutyCard>
        )}
        {!next && guess && <DutyCard duty={guess} ready={ready} title={words.duty.probably} />}
        {!next && !guess && (
          <Empty icon="scout" title={any ? words.duty.finished : words.duty.nobody}>
            {any ? words.duty.finishedHelp : words.duty.nobodyHelp}
          </Empty>
        )}
        {later.length > 0 && (
          <Card title={words.duty.after}>
            <ul className="min-w-0">
              {later.map((duty) => (
                <DutyRow key={placePath(duty)} duty={duty} ready={ready} />
              ))}
            </ul>
            {!may(team, "MENTOR", "LEADER") && <p className="text-sm text-quiet">{words.duty.askLead}</p>}
          </Card>
        )}
        {missed.length > 0 && (
          <Card title={words.duty.missed}>
            <ul className="min-w-0">
              {missed.map((duty) => (
                <DutyRow key={placePath(duty)} duty={duty} ready={ready} />
              ))}
            </ul>
          </Card>
        )}
      </div>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
        <Robots ready={ready} seen={seen} />
        <DoneList done={done} />
      </div>
    </div>
  );
}

function DoneList({ done }: { done: Done[] }) {
  if (done.length === 0) return null;
  return (
    <Card title={words.duty.done} actions={<ButtonLink to="/scout/outbox">{words.outbox.title}</ButtonLink>}>
      <ul className="min-w-0" data-done>
        {done.map(({ id, place, total, item }) => (
          <li key={id} className="border-b border-line last:border-0">
            <Link href={`/scout/entry/${id}`} className="flex min-h-14 items-center gap-3 text-ink no-underline">
              <b className="w-14">{matchName(place)}</b>
              <Robot alliance={allianceOf(place.alliance)} size="small" />
              <b>{place.scoutedTeamNumber}</b>
              <span className="text-quiet">{total !== undefined && words.duty.points(total)}</span>
              <EntryState state={item?.state ?? "sent"} id={id} />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
