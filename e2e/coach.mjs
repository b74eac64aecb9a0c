// An FTC event with a team that scouts it, for the tests of the coach's and lead's screens.
import { entry, team, until } from "./server.mjs";

export const season = 2025;
export const eventCode = "MEET-7";
const robots = [731, 8569, 9021, 6183, 5205, 4318, 7777, 1234];

/** The robots of a match: red 1, red 2, blue 1, blue 2. */
export const playing = (n) => [0, 1, 2, 3].map((i) => robots[(4 * ((n - 1) % 2) + (i + n) % 4) % 8]);

/** A server's FTC event with `matches` matches, and a team with a lead and scouts; `names` are the scouts'. */
export async function meet(server, { number = 731, matches = 12, names = ["Ada", "Ben", "Cleo"], code = eventCode, role = "LEADER" } = {}) {
  await until(() => server.setupCode, "the server tells its set-up code");
  const home = await team(server, number);
  const list = Array.from({ length: matches }, (_, i) => {
    const [r1, r2, b1, b2] = playing(i + 1);
    return { matchNumber: i + 1, red: [r1, r2], blue: [b1, b2] };
  });
  await server.data("POST", "/api/events", server.owner, {
    season, eventCode: code, name: "League Meet 7", teams: robots.map((teamNumber) => ({ teamNumber })), matches: list,
  });
  const lead = await home.join(role, "Lee");
  const scouts = {};
  for (const name of names) scouts[name] = await home.join("STUDENT", name);
  return { ...home, code, lead, scouts, robots };
}

/** What a scout's tablet sends of a robot in a match. */
export function report(home, matchNumber, seat, data = {}, change = {}) {
  return entry(home.id, {
    season, eventCode: home.code, matchNumber, alliance: seat < 2 ? "RED" : "BLUE", scoutedTeamNumber: playing(matchNumber)[seat], notes: "",
    data: { autoLeave: true, autoClassifiedCount: 3, teleopClassifiedCount: 10, endgameBaseStatus: "FULL", ...data }, ...change,
  });
}

/** Signs a context's browser in as whoever the token stands for, at the event of the team. */
export async function signIn(context, token, home) {
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByText("Token", { exact: true }).click();
  await page.getByLabel("Token", { exact: true }).last().fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Me", exact: true }).waitFor();
  if (home) await page.evaluate(([id, event]) => localStorage.setItem("ftc.events", JSON.stringify({ [id]: event })), [home.id, { season, eventCode: home.code }]);
  return page;
}

/** Waits until the page's connection badge says so. */
export const linked = (page, state = "connected") => page.locator(`[data-link="${state}"]`).waitFor();

export { until };
