import type { ReactNode } from "react";
import { EventPicker } from "../scout/event/EventPicker";
import { useSession } from "../session";
import { Loading, Page } from "../ui";
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

function Live({ at, children }: { at: At; children: ReactNode }) {
  useLiveFigures(at);
  return children;
}
