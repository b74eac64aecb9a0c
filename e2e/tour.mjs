// Every screen of the app, with the data of a demo event that was played to its end, for the pictures and for the test
// that opens them all.
import { signIn } from "./coach.mjs";
import { eventCode, played, season } from "./played.mjs";
import { subscribe } from "./server.mjs";

const at = `?season=${season}&event=${eventCode}`;
const hall = `/e/${season}/${eventCode}`;

// The form shows its tiles first, and the team's name with what comes later.
const named = (page) => page.waitForFunction(() => /[a-z]{3}/.test(document.querySelector("h1").textContent));

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
  { name: "address", path: "/team/invites", as: "member", act: (page) => page.getByRole("button", { name: "Show the address as QR" }).click() },
  { name: "tablets", path: "/team/devices", as: "member" },
  { name: "team-settings", path: "/team/settings", as: "member" },
  { name: "new-team", path: "/team/new", as: "member" },
  { name: "scout", path: "/scout", as: "member" },
  { name: "scout-events", path: "/scout/events", as: "member" },
  { name: "form", path: ({ robot }) => `/scout/form/qual-0-1-${robot}`, as: "member", act: named },
  { name: "form-end", path: ({ robot }) => `/scout/form/qual-0-1-${robot}`, as: "member", act: async (page) => { await named(page); await page.locator('[data-phase="endgame"]').click(); } },
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
  { name: "console-overview", path: "/console", as: "operator", act: (page) => page.getByText("A second apart").waitFor() },
  { name: "console-channels", path: "/console/channels", as: "operator" },
  { name: "console-channel", path: `/console/channels?channel=event-${season}-${eventCode}`, as: "operator" },
  { name: "console-connections", path: "/console/connections", as: "operator" },
  { name: "console-connection", path: "/console/connections", as: "operator", act: (page) => page.getByRole("button", { name: /show this connection$/ }).first().click() },
  { name: "console-broadcast", path: "/console/broadcast", as: "operator", act: (page) => page.getByRole("combobox", { name: "Event" }).selectOption("match:completed") },
  { name: "console-log", path: "/console/log", as: "operator", act: busy },
  { name: "console-relay", path: "/console/relay", as: "operator" },
  { name: "console-letters", path: "/console/letters", as: "operator" },
  { name: "console-sync", path: "/console/sync", as: "operator" },
  { name: "console-users", path: "/console/users", as: "operator" },
  { name: "console-teams", path: "/console/teams", as: "operator" },
  { name: "console-tokens", path: "/console/tokens", as: "operator" },
  { name: "console-audit", path: "/console/audit", as: "operator" },
  { name: "console-server", path: "/console/server", as: "operator" },
  { name: "console-keys", path: "/console", as: "operator", act: (page) => page.keyboard.press("?") },
];

// busy has the debug log something to tell: a subscription that is refused, and an event.
async function busy(page, { clients: [client], server, owner }) {
  await page.locator("[data-live=true]").waitFor();
  await subscribe(client, `private-team-${crypto.randomUUID()}`).catch(() => {});
  await server.data("POST", "/api/socket/broadcast", owner, { channel: `event-${season}-${eventCode}`, name: "lunch", data: { until: "13:30" } });
  await page.locator("[data-kind=event]").first().waitFor();
  await page.locator("[data-kind=refused]").first().waitFor();
}

/** The two sizes that every screen is made for. */
export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** A server with something on every screen, and what their addresses need. */
export async function furnished() {
  const stage = await played();
  const { server, coach, home, query } = stage;
  const owner = await stage.operator();
  const clients = [server.client(), server.client(coach)]; // somebody who only watches, and a coach elsewhere
  await Promise.all([
    ...clients.map((client) => subscribe(client, `event-${season}-${eventCode}`)),
    subscribe(clients[0], `match-${season}-${eventCode}-Q0-1`),
    subscribe(clients[1], `private-team-${home.id}`),
    subscribe(clients[1], `presence-team-${home.id}`),
  ]);
  const list = await server.data("POST", "/api/scouting/picklists", coach, {
    id: crypto.randomUUID(), scoutingTeamId: home.id, season, eventCode, name: "First pick", teamNumbers: [10195, 7105, 731], allTeams: true,
  });
  const [entry] = await server.data("GET", `/api/scouting/entries?${query}&limit=1`, coach);
  const [match] = await server.data("GET", `/api/events/${eventCode}/schedule?season=${season}`);
  const { alliance, teamNumber } = match.robots[0];
  const stop = () => {
    for (const client of clients) client.disconnect();
    return stage.stop();
  };
  return { ...stage, owner, clients, stop, needs: { list: list.id, entry: entry.id, robot: `${alliance.toLowerCase()}-${teamNumber}` } };
}

/** Opens a page for each kind of person. */
export async function people(browser, { server, coach, home, owner }, look) {
  const context = () => browser.context(server.url, look);
  const stranger = await (await context()).newPage();
  return { stranger, member: await signIn(await context(), coach, home), operator: await signIn(await context(), owner) };
}

/** Goes to a screen and waits until it is all there. */
export async function show(who, { path, as = "stranger", act }, stage) {
  const page = who[as];
  await page.goto(typeof path === "function" ? path(stage.needs) : path);
  await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[aria-label="Loading"]'));
  await act?.(page, stage);
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== "running" || one.effect?.getComputedTiming().iterations === Infinity));
  return page;
}
