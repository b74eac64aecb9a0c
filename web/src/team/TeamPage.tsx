import type { ReactNode } from "react";
import { may, nameOf, type Team, useSession } from "../session";
import { Page, Tabs } from "../ui";
import { team as words } from "../words/team";

/** leads may invite and remove; the server has the table, this spares refusals. */
export const leads = ["MENTOR", "LEADER"];

/** TeamPage frames the pages about one team, with the tabs that this member's role opens. */
export function TeamPage({ children }: { children: (team: Team) => ReactNode }) {
  const { team } = useSession();
  if (!team) return null; // on the way out
  const tabs = [
    { to: "/team", word: words.tabs.members },
    ...(may(team, ...leads)
      ? [
          { to: "/team/invites", word: words.tabs.invites },
          { to: "/team/devices", word: words.tabs.devices },
        ]
      : []),
    { to: "/team/settings", word: words.tabs.settings },
  ];
  return (
    <Page title={words.title(team.teamNumber)} lead={nameOf(team)}>
      <Tabs label={words.parts} tabs={tabs} />
      {children(team)}
    </Page>
  );
}
