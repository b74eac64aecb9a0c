import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { may, useSession } from "../session";
import { Page, Tabs } from "../ui";
import { words } from "../words/coach";

type Props = { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode };

/** CoachPage is the frame of the coach's screens: what a role may not see is not offered. */
export function CoachPage({ title, lead, actions, children }: Props) {
  const { team } = useSession();
  const [at] = useLocation();
  const leads = may(team, "MENTOR", "LEADER");
  const tabs = [
    { to: "/coach", word: words.tabs.feed, there: true },
    { to: "/coach/coverage", word: words.tabs.coverage, there: true },
    { to: "/coach/assignments", word: words.tabs.assignments, there: true },
    { to: "/coach/entries", word: words.tabs.entries, there: true, here: at === "/coach/entries" || at === "/coach/import" },
    { to: "/coach/quarantine", word: words.tabs.quarantine, there: leads },
    { to: "/coach/receive", word: words.tabs.receive, there: leads },
    { to: "/coach/accuracy", word: words.tabs.accuracy, there: may(team, "MENTOR", "LEADER", "STUDENT") },
  ];
  return (
    <Page title={title} lead={lead} actions={actions}>
      <Tabs label={words.tabs.label} tabs={tabs.filter(({ there }) => there)} />
      {children}
    </Page>
  );
}
