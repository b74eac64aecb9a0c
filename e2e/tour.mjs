// Every screen of the app, with the data of a demo event that was played to its end, for the pictures and for the test
// that opens them all.
import { signIn } from "./coach.mjs";
import { eventCode, played, season } from "./played.mjs";

const at = `?season=${season}&event=${eventCode}`;
const hall = `/e/${season}/${eventCode}`;

/** A screen is a name, its address, who looks at it, and what is done before it is looked at. Add yours here. */
export const screens = [
  { name: "events", path: "/" },
  { name: "event", path: hall },
  { name: "schedule", path: hall + "/schedule" },
  { name: "rankings", path: hall + "/rankings" },
  { name: "playoffs", path: hall + "/playoffs" },
  { name: "ratings", path: hall + "/ratings" },
  { name: "hall", path: hall + "/hall" },
  { name: "match", path: hall + "/m/qual/0-1" },
  { name: "search", path: "/t?q=7" },
  { name: "ftc-team", path: "/t/731" },
  { name: "join", path: "/join/ABCD2345" },
  { name: "sign-in", path: "/sign-in" },
  { name: "setup", path: "/setup" },
  { name: "not-found", path: "/nothing-here", status: 404 },
  { name: "home", path: "/", as: "member" },
  { name: "me", path: "/me", as: "member" },
  { name: "members", path: "/team", as: "member" },
  { name: "invites", path: "/team/invites", as: "member", act: (page) => page.getByRole("button", { name: "Make the invite" }).click() },
  { name: "tablets", path: "/team/devices", as: "member" },
  { name: "team-settings", path: "/team/settings", as: "member" },
  { name: "new-team", path: "/team/new", as: "member" },
  { name: "scout", path: "/scout", as: "member" },
  { name: "scout-events", path: "/scout/events", as: "member" },
  { name: "form", path: ({ robot }) => `/scout/form/qual-0-1-${robot}`, as: "member" },
  { name: "form-end", path: ({ robot }) => `/scout/form/qual-0-1-${robot}`, as: "member", act: (page) => page.locator('[data-phase="endgame"]').click() },
  { name: "outbox", path: "/scout/outbox", as: "member" },
  { name: "hand-off", path: "/scout/handoff", as: "member" },
  { name: "scan", path: "/scout/scan", as: "member" },
  { name: "coach", path: "/coach", as: "member" },
  { name: "coverage", path: "/coach/coverage", as: "member" },
  { name: "assignments", path: "/coach/assignments", as: "member" },
  { name: "entries", path: "/coach/entries", as: "member" },
  { name: "entry", path: ({ entry }) => `/coach/entries/${entry}`, as: "member" },
  { name: "event-dialog", path: "/coach/coverage", as: "member", act: (page) => page.getByRole("button", { name: "Other event" }).click() },
  { name: "quarantine", path: "/coach/quarantine", as: "member" },
  { name: "receive", path: "/coach/receive", as: "member" },
  { name: "accuracy", path: "/coach/accuracy", as: "member" },
  { name: "import", path: "/coach/import", as: "member" },
  { name: "robots", path: "/analysis" + at, as: "member" },
  { name: "robot", path: "/analysis/robots/731" + at, as: "member" },
  { name: "compare", path: `/analysis/compare${at}&robots=731,6183,7105`, as: "member" },
  { name: "brief", path: "/analysis/brief" + at, as: "member" },
  { name: "pit", path: "/analysis/pit" + at, as: "member" },
  { name: "picks", path: "/analysis/picks" + at, as: "member" },
  { name: "pick-list", path: ({ list }) => `/analysis/picks/${list}${at}`, as: "member" },
];

/** The two sizes that every screen is made for. */
export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** A server with something on every screen, and what their addresses need. */
export async function furnished() {
  const stage = await played();
  const { server, coach, home, query } = stage;
  const list = await server.data("POST", "/api/scouting/picklists", coach, {
    id: crypto.randomUUID(), scoutingTeamId: home.id, season, eventCode, name: "First pick", teamNumbers: [10195, 7105, 731], allTeams: true,
  });
  const [entry] = await server.data("GET", `/api/scouting/entries?${query}&limit=1`, coach);
  const [match] = await server.data("GET", `/api/events/${eventCode}/schedule?season=${season}`);
  const { alliance, teamNumber } = match.robots[0];
  return { ...stage, needs: { list: list.id, entry: entry.id, robot: `${alliance.toLowerCase()}-${teamNumber}` } };
}

/** Opens a page for each kind of person. */
export async function people(browser, { server, coach, home }, look) {
  const stranger = await (await browser.context(server.url, look)).newPage();
  const member = await signIn(await browser.context(server.url, look), coach, home);
  return { stranger, member };
}

/** Goes to a screen and waits until it is all there. */
export async function show({ stranger, member }, { path, as, act }, needs) {
  const page = as === "member" ? member : stranger;
  await page.goto(typeof path === "function" ? path(needs) : path);
  await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[aria-label="Loading"]'));
  await act?.(page);
  return page;
}
