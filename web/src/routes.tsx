import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { page } from "./public/first";
import type { IconName } from "./ui";
import { words } from "./words/app";

/** Route is one page of the app: its path, and who it is for. */
export interface Route {
  path: string; // a plain string with :name, :name? and a last *: the Go side reads the same list
  page: LazyExoticComponent<ComponentType> | ComponentType;
  /** person: somebody signed in; team: somebody in a team; without it everybody. */
  needs?: "person" | "team";
  /** Roles that the page is for; without it all. */
  roles?: string[];
  /** operator pages are for whoever runs the server. */
  operator?: boolean;
  /** bare pages have no frame around them, such as a display on a wall. */
  bare?: boolean;
  /** nav puts the page into the main navigation, in the order of this table. */
  nav?: { word: string; icon: IconName };
}

const team = ["MENTOR", "LEADER", "STUDENT", "FRIEND"]; // not shared tablets, which see their own things only
const leads = ["MENTOR", "LEADER"];

/** routes is the one table of pages. Earlier rows win. */
export const routes: Route[] = [
  { path: "/", page: page("/", () => import("./home/HomePage")), nav: { word: words.nav.home, icon: "home" } },
  { path: "/scout", page: lazy(() => import("./scout/ScoutPage")), needs: "team", nav: { word: words.nav.scout, icon: "scout" } },
  { path: "/scout/events", page: lazy(() => import("./scout/event/EventsPage")), needs: "team" },
  { path: "/scout/form/:place", page: lazy(() => import("./scout/form/FormPage")), needs: "team", bare: true },
  { path: "/scout/entry/:id", page: lazy(() => import("./scout/entry/EntryPage")), needs: "team", bare: true },
  { path: "/scout/outbox", page: lazy(() => import("./scout/outbox/OutboxPage")), needs: "person" },
  { path: "/scout/handoff", page: lazy(() => import("./scout/handoff/HandoffPage")), needs: "team" },
  { path: "/scout/scan", page: lazy(() => import("./scout/handoff/ScanPage")), needs: "team" },
  { path: "/setup", page: lazy(() => import("./setup/SetupPage")) },
  { path: "/join/:code?", page: lazy(() => import("./join/JoinPage")) },
  { path: "/sign-in", page: lazy(() => import("./signin/SignInPage")) },
  {
    path: "/coach",
    page: lazy(() => import("./coach/FeedPage")),
    needs: "team",
    roles: team,
    nav: { word: words.nav.coach, icon: "coach" },
  },
  { path: "/coach/coverage", page: lazy(() => import("./coach/CoveragePage")), needs: "team", roles: team },
  { path: "/coach/entries", page: lazy(() => import("./coach/EntriesPage")), needs: "team", roles: team },
  { path: "/coach/entries/:id", page: lazy(() => import("./coach/EntryPage")), needs: "team", roles: team },
  { path: "/coach/import", page: lazy(() => import("./coach/ImportPage")), needs: "team", roles: leads },
  { path: "/coach/assignments", page: lazy(() => import("./coach/AssignmentsPage")), needs: "team", roles: team },
  { path: "/coach/quarantine", page: lazy(() => import("./coach/QuarantinePage")), needs: "team", roles: leads },
  { path: "/coach/receive", page: lazy(() => import("./coach/ReceivePage")), needs: "team", roles: leads },
  { path: "/coach/accuracy", page: lazy(() => import("./coach/AccuracyPage")), needs: "team", roles: ["MENTOR", "LEADER", "STUDENT"] },
  { path: "/e/:season/:code/hall", page: page("/e/:season/:code/hall", () => import("./public/HallPage")), bare: true },
  { path: "/e/:season/:code/m/:level/:number", page: page("/e/:season/:code/m/:level/:number", () => import("./public/MatchPage")) },
  { path: "/e/:season/:code/:part?", page: page("/e/:season/:code/:part?", () => import("./public/EventPage")) },
  { path: "/t", page: page("/t", () => import("./public/SearchPage")) },
  { path: "/t/:number", page: page("/t/:number", () => import("./public/TeamPage")) },
  {
    path: "/analysis",
    page: lazy(() => import("./analysis/robots/RobotsPage")),
    needs: "team",
    roles: team,
    nav: { word: words.nav.analysis, icon: "analysis" },
  },
  { path: "/analysis/robots/:number", page: lazy(() => import("./analysis/robot/RobotPage")), needs: "team", roles: team },
  {
    path: "/analysis/picks",
    page: lazy(() => import("./analysis/picks/PicksPage")),
    needs: "team",
    roles: ["MENTOR", "LEADER", "STUDENT"],
  },
  {
    path: "/analysis/picks/:id",
    page: lazy(() => import("./analysis/picks/PickListPage")),
    needs: "team",
    roles: ["MENTOR", "LEADER", "STUDENT"],
  },
  { path: "/analysis/compare", page: lazy(() => import("./analysis/compare/ComparePage")), needs: "team", roles: team },
  { path: "/analysis/brief/:match?", page: lazy(() => import("./analysis/brief/BriefPage")), needs: "team", roles: team },
  { path: "/analysis/pit", page: lazy(() => import("./analysis/brief/PitDisplayPage")), needs: "team", roles: team, bare: true },
  {
    path: "/team",
    page: lazy(() => import("./team/MembersPage")),
    needs: "team",
    roles: team,
    nav: { word: words.nav.team, icon: "team" },
  },
  { path: "/team/new", page: lazy(() => import("./team/NewTeamPage")), needs: "person" },
  { path: "/team/invites", page: lazy(() => import("./team/InvitesPage")), needs: "team", roles: ["MENTOR", "LEADER"] },
  { path: "/team/devices", page: lazy(() => import("./team/DevicesPage")), needs: "team", roles: ["MENTOR", "LEADER"] },
  { path: "/team/settings", page: lazy(() => import("./team/SettingsPage")), needs: "team", roles: team },
  {
    path: "/console/:page?",
    page: lazy(() => import("./console/Console")),
    needs: "person",
    operator: true,
    nav: { word: words.nav.console, icon: "settings" },
  },
  { path: "/me", page: lazy(() => import("./me/MePage")), needs: "person" },
];
