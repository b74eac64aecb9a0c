// A team at an FTC event, and scouts of it in browsers.
import { team, until } from "./server.mjs";

export const season = 2026;
export const eventCode = "MEET-3";
const day = () => new Date().toISOString().slice(0, 10);

/** The robots of a match: four of eight teams, others each time. */
const numbers = [8569, 731, 9021, 6183, 5205, 4318, 11115, 16461];
export const robotsOf = (n) => [0, 1, 2, 3].map((i) => numbers[(n + i * 2 + (n % 3)) % 8]).filter((v, i, all) => all.indexOf(v) === i);

/** An FTC event of today with its schedule, and a team that scouts there. */
export async function meet(server, { matches = 30, number = 8569 } = {}) {
  await until(() => server.setupCode, "the server tells its set-up code");
  const home = await team(server, number);
  const start = Date.now() + 10 * 60_000;
  await server.data("POST", "/api/events", server.owner, {
    season, eventCode, name: "League Meet 3", city: "Delft", startsOn: day(), endsOn: day(),
    teams: numbers.map((teamNumber, i) => ({ teamNumber, name: ["Wannabee Strange", "Brick Layers", "Octobots", "Gearheads", "Tech Tigers", "Volt", "Long Name Robotics of the North", "Infinite"][i] })),
    matches: Array.from({ length: matches }, (_, i) => {
      const [a, b, c, d] = robotsOf(i + 1);
      return { matchNumber: i + 1, scheduledAt: new Date(start + i * 8 * 60_000).toISOString(), red: [a, b], blue: [c, d] };
    }),
  });
  return home;
}

/** Puts a scout on one robot of each of the first matches. */
export async function assign(server, home, scoutId, matches, from = 1) {
  let rev = (await server.data("GET", `/api/scouting/assignments?scoutingTeamId=${home.id}&season=${season}&eventCode=${eventCode}`, server.owner)).rev;
  for (let n = from; n < from + matches; n++) {
    const sheet = await server.data("POST", "/api/scouting/assignments", server.owner, {
      scoutingTeamId: home.id, season, eventCode, rev, matchNumber: n, scoutedTeamNumber: robotsOf(n)[0], scoutId,
    });
    rev = sheet.rev;
  }
}

/** Lets somebody join the team in a browser context, as people do, and resolves with who they are. */
export async function joinIn(context, server, home, displayName, role = "STUDENT") {
  const { code } = await server.data("POST", `/api/user-teams/${home.id}/invites`, server.owner, { role, maxUses: 1 });
  const page = await context.newPage();
  await page.goto(`/join/${code}`);
  await page.getByLabel("Your name").fill(displayName);
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("ftc.me") ?? "null") && JSON.parse(localStorage.getItem("ftc.teams") ?? "[]").length > 0);
  const me = await page.evaluate(() => JSON.parse(localStorage.getItem("ftc.me")));
  await page.close();
  return me;
}

/** Chooses the FTC event in the app, and waits until it is on the device. */
export async function chooseEvent(page) {
  await page.goto("/scout");
  await page.getByRole("button", { name: /League Meet 3/ }).first().click();
  await page.waitForSelector("[data-ready]");
}

/** The team's entries on the server in the order they came. */
export async function entriesOf(server, home) {
  const list = await server.data("GET", `/api/scouting/entries?scoutingTeamId=${home.id}&limit=200`, server.owner);
  return list.reverse();
}
