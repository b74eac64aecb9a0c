import { useLocation } from "wouter";
import { may, useSession } from "../session";
import { Tabs } from "../ui";
import { words } from "../words/analysis";

/** AnalysisTabs are the screens of the team's analysis. */
export function AnalysisTabs() {
  const { team } = useSession();
  const [at] = useLocation();
  const tabs = [
    { to: "/analysis", word: words.tabs.robots },
    { to: "/analysis/compare", word: words.tabs.compare },
    { to: at.startsWith("/analysis/brief/") ? at : "/analysis/brief", word: words.tabs.brief },
    ...(may(team, "MENTOR", "LEADER", "STUDENT") ? [{ to: "/analysis/picks", word: words.tabs.picks }] : []),
  ];
  return (
    <div className="no-print min-w-0">
      <Tabs key={at} label={words.tabs.label} tabs={tabs} />
    </div>
  );
}
