import { type Code, type Page, page } from "./page";
import { beginForm } from "./scout/event/season";
import type { IconName } from "./ui";
import { words } from "./words/app";

/** Row is one page of the app: its path, its code, and who it is for. */
interface Row {
  path: string; // a plain string with :name, :name? and a last *: the Go side reads the same list
  code: Code;
  /** begin asks the server for what the page cannot do without, while its code is still on the way. */
  begin?: () => Promise<unknown> | undefined;
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

/** Route is a row with its page. */
export interface Route extends Row {
  page: Page;
}

// The one table of pages. Earlier rows win.
const table: Row[] = [
  { path: "/", code: () => import("./home/HomePage"), nav: { word: words.nav.home, icon: "home" } },
  { path: "/scout", code: () => import("./scout/ScoutPage"), needs: "team", nav: { word: words.nav.scout, icon: "scout" } },
  { path: "/scout/events", code: () => import("./scout/event/EventsPage"), needs: "team" },
  { path: "/scout/form/:place", code: () => import("./scout/form/FormPage"), begin: beginForm, needs: "team", bare: true },
  { path: "/scout/entry/:id", code: () => import("./scout/entry/EntryPage"), needs: "team", bare: true },
  { path: "/scout/outbox", code: () => import("./scout/outbox/OutboxPage"), needs: "person" },
  { path: "/scout/handoff", code: () => import("./scout/handoff/HandoffPage"), needs: "team" },
  { path: "/scout/scan", code: () => import("./scout/handoff/ScanPage"), needs: "team" },
  { path: "/setup", code: () => import("./setup/SetupPage") },
  { path: "/join/:code?", code: () => import("./join/JoinPage") },
  { path: "/sign-in", code: () => import("./signin/SignInPage") },
  {
    path: "/coach",
    code: () => import("./coach/FeedPage"),
    needs: "team",
    roles: team,
    nav: { word: words.nav.coach, icon: "coach" },
  },
  { path: "/coach/coverage", code: () => import("./coach/CoveragePage"), needs: "team", roles: team },
  { path: "/coach/entries", code: () => import("./coach/EntriesPage"), needs: "team", roles: team },
  { path: "/coach/entries/:id", code: () => import("./coach/EntryPage"), needs: "team", roles: team },
  { path: "/coach/import", code: () => import("./coach/ImportPage"), needs: "team", roles: leads },
  { path: "/coach/assignments", code: () => import("./coach/AssignmentsPage"), needs: "team", roles: team },
  { path: "/coach/quarantine", code: () => import("./coach/QuarantinePage"), needs: "team", roles: leads },
  { path: "/coach/receive", code: () => import("./coach/ReceivePage"), needs: "team", roles: leads },
  { path: "/coach/accuracy", code: () => import("./coach/AccuracyPage"), needs: "team", roles: ["MENTOR", "LEADER", "STUDENT"] },
  { path: "/e/:season/:code/hall", code: () => import("./public/HallPage"), bare: true },
  { path: "/e/:season/:code/m/:level/:number", code: () => import("./public/MatchPage") },
  { path: "/e/:season/:code/:part?", code: () => import("./public/EventPage") },
  { path: "/t", code: () => import("./public/SearchPage") },
  { path: "/t/:number", code: () => import("./public/TeamPage") },
  {
    path: "/analysis",
    code: () => import("./analysis/robots/RobotsPage"),
    needs: "team",
    roles: team,
    nav: { word: words.nav.analysis, icon: "analysis" },
  },
  { path: "/analysis/robots/:number", code: () => import("./analysis/robot/RobotPage"), needs: "team", roles: team },
  {
    path: "/analysis/picks",
    code: () => import("./analysis/picks/PicksPage"),
    needs: "team",
    roles: ["MENTOR", "LEADER", "STUDENT"],
  },
  {
    path: "/analysis/picks/:id",
    code: () => import("./analysis/picks/PickListPage"),
    needs: "team",
    roles: ["MENTOR", "LEADER", "STUDENT"],
  },
  { path: "/analysis/compare", code: () => import("./analysis/compare/ComparePage"), needs: "team", roles: team },
  { path: "/analysis/brief/:match?", code: () => import("./analysis/brief/BriefPage"), needs: "team", roles: team },
  { path: "/analysis/pit", code: () => import("./analysis/brief/PitDisplayPage"), needs: "team", roles: team, bare: true },
  {
    path: "/team",
    code: () => import("./team/MembersPage"),
    needs: "team",
    roles: team,
    nav: { word: words.nav.team, icon: "team" },
  },
  { path: "/team/new", code: () => import("./team/NewTeamPage"), needs: "person" },
  { path: "/team/invites", code: () => import("./team/InvitesPage"), needs: "team", roles: ["MENTOR", "LEADER"] },
  { path: "/team/devices", code: () => import("./team/DevicesPage"), needs: "team", roles: ["MENTOR", "LEADER"] },
  { path: "/team/settings", code: () => import("./team/SettingsPage"), needs: "team", roles: team },
  {
    path: "/console/:page?",
    code: () => import("./console/Console"),
    needs: "person",
    operator: true,
    nav: { word: words.nav.console, icon: "settings" },
  },
  { path: "/me", code: () => import("./me/MePage"), needs: "person" },
];

/** routes are the pages of the app, in the order in which they are tried. */
export const routes: Route[] = table.map((row) => ({ ...row, page: page(row.code) }));
