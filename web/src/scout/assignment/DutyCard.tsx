import { allianceOf, ButtonLink, Robot } from "../../ui";
import { matchName, words } from "../../words/scout";
import type { Ready } from "../event/ready";
import { useNow } from "../now";
import { type Duty, placePath } from "./duty";

/** teamName is what a robot's team is called at this FTC event. */
export const teamName = (ready: Ready, number: number) => ready.teams.find((t) => t.teamNumber === number)?.name ?? "";

/** DutyCard is the robot that I am to watch next, to be seen from arm's length. */
export function DutyCard({ duty, ready, title, children }: { duty: Duty; ready: Ready; title: string; children?: React.ReactNode }) {
  const now = useNow(duty.scheduledAt ? 1000 : 0);
  return (
    <section aria-label={title} data-next className="grid gap-3 rounded-card border-2 border-accent bg-card p-4">
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="text-quiet">{title}</h2>
        {duty.scheduledAt && <time dateTime={duty.scheduledAt}>{words.duty.inTime(Date.parse(duty.scheduledAt) - now)}</time>}
      </div>
      <p className="flex min-w-0 items-center gap-3">
        <b className="text-4xl">{matchName(duty)}</b>
        <Robot alliance={allianceOf(duty.alliance)} station={duty.station} size="big" />
        <span className="min-w-0">
          <b className="block text-2xl leading-tight">{duty.scoutedTeamNumber}</b>
          <span className="block truncate text-quiet">{teamName(ready, duty.scoutedTeamNumber)}</span>
        </span>
      </p>
      <div className="flex flex-wrap gap-2">
        <ButtonLink look="main" to={`/scout/form/${placePath(duty)}`} className="min-h-16 flex-1 text-lg">
          {words.duty.start}
        </ButtonLink>
        {children}
      </div>
    </section>
  );
}

/** DutyRow is one robot of a list. */
export function DutyRow({ duty, ready }: { duty: Duty; ready: Ready }) {
  return (
    <li className="flex min-h-14 items-center gap-3 border-b border-line last:border-0">
      <b className="w-14">{matchName(duty)}</b>
      <Robot alliance={allianceOf(duty.alliance)} station={duty.station} />
      <span className="min-w-0 flex-1 truncate">
        <b>{duty.scoutedTeamNumber}</b>{" "}
        <span className="text-quiet">{duty.stale ? words.duty.stale : teamName(ready, duty.scoutedTeamNumber)}</span>
      </span>
      {!duty.stale && <ButtonLink to={`/scout/form/${placePath(duty)}`}>{words.title}</ButtonLink>}
    </li>
  );
}
