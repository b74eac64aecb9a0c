// Pictures of every screen on a phone and a laptop, in the dark and in the light, with the demo's data:
// make screenshots. Not a test: it shows what people see, in .cache/screenshots/index.html.
import { mkdir, writeFile } from "node:fs/promises";
import { Browser, settled } from "./browser.mjs";
import { Server, until } from "./server.mjs";

// A screen is a name, its address, who looks at it, and what is done before the picture is taken. Add yours here.
const screens = [
  { name: "events", path: "/" },
  { name: "event", path: "/e/2025/ZZDEV1" },
  { name: "ftc-team", path: "/t/8569" },
  { name: "join", path: "/join/ABCD2345" },
  { name: "sign-in", path: "/sign-in" },
  { name: "not-found", path: "/nothing-here" },
  { name: "home", path: "/", as: "member" },
  { name: "me", path: "/me", as: "member" },
  { name: "members", path: "/team", as: "member" },
  { name: "invites", path: "/team/invites", as: "member", act: (page) => page.getByRole("button", { name: "Make the invite" }).click() },
  { name: "tablets", path: "/team/devices", as: "member" },
  { name: "team-settings", path: "/team/settings", as: "member" },
  { name: "new-team", path: "/team/new", as: "member" },
  { name: "scout", path: "/scout", as: "member" },
  { name: "scout-events", path: "/scout/events", as: "member" },
  { name: "outbox", path: "/scout/outbox", as: "member" },
  { name: "hand-off", path: "/scout/handoff", as: "member" },
  { name: "scan", path: "/scout/scan", as: "member" },
  { name: "coach", path: "/coach", as: "member" },
  { name: "coverage", path: "/coach/coverage", as: "member" },
  { name: "assignments", path: "/coach/assignments", as: "member" },
  { name: "entries", path: "/coach/entries", as: "member" },
  { name: "quarantine", path: "/coach/quarantine", as: "member" },
  { name: "receive", path: "/coach/receive", as: "member" },
  { name: "accuracy", path: "/coach/accuracy", as: "member" },
  { name: "import", path: "/coach/import", as: "member" },
  { name: "robots", path: "/analysis?season=2025&event=ZZDEV1", as: "member" },
  { name: "robot", path: "/analysis/robots/731?season=2025&event=ZZDEV1", as: "member" },
  { name: "compare", path: "/analysis/compare?season=2025&event=ZZDEV1&robots=731,6183,7105", as: "member" },
  { name: "brief", path: "/analysis/brief?season=2025&event=ZZDEV1", as: "member" },
  { name: "picks", path: "/analysis/picks?season=2025&event=ZZDEV1", as: "member" },
];

const folder = new URL("../.cache/screenshots/", import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const server = await Server.start({ args: ["demo", "--speed", "5"] });
const browser = await Browser.start();

// Who looks at the team's pages is its first coach, whose token the demo prints.
const token = await until(() => server.out.match(/Bearer (\S+?)'/)?.[1], "the demo's welcome", 60_000);

const rows = [];
try {
  for (const screen of ["phone", "laptop"]) {
    for (const colors of ["dark", "light"]) {
      const stranger = await (await browser.context(server.url, { screen, colors })).newPage();
      const member = await (await browser.context(server.url, { screen, colors })).newPage();
      await member.goto("/sign-in");
      await member.getByText("Token", { exact: true }).click();
      await member.getByLabel("Token", { exact: true }).last().fill(token);
      await member.getByRole("button", { name: "Sign in" }).last().click();
      await member.getByRole("heading", { name: "Hello" }).waitFor();
      for (const { name, path, as, act } of screens) {
        const page = as === "member" ? member : stranger;
        await page.goto(path);
        await settled(page);
        await act?.(page);
        const file = `${name}-${screen}-${colors}.png`;
        await page.screenshot({ path: folder + file });
        rows.push(`<figure><img src="${file}" loading="lazy"><figcaption>${name}, ${screen}, ${colors}</figcaption></figure>`);
      }
      await stranger.context().close();
      await member.context().close();
    }
  }
} finally {
  await browser.stop();
  await server.stop();
}
const style = "body{font:16px system-ui;display:flex;flex-wrap:wrap;gap:16px;background:#888}figure{margin:0}img{max-height:600px}";
await writeFile(folder + "index.html", `<!doctype html><title>Screens</title><style>${style}</style>${rows.join("\n")}\n`);
console.log(`${rows.length} pictures: ${folder}index.html`);
