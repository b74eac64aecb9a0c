// A server with a demo event that was played to its end, for the tests of the analysis screens.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Server } from "./server.mjs";

export const season = 2025;
export const eventCode = "ZZDEV1";

/** Plays the demo once, then serves what it left. coach is the token of a mentor of the first team, home that team. */
export async function played() {
  const dir = await mkdtemp(join(tmpdir(), "ftcmetrics-played-"));
  const demo = await Server.start({ args: ["demo", "--once", "--speed", "0"], dir });
  await demo.exited;
  const coach = demo.out.match(/Bearer (\S+?)'/)[1];
  const server = await Server.start({ dir });
  const [home] = await server.data("GET", "/api/user-teams", coach);
  const query = `scoutingTeamId=${home.id}&season=${season}&eventCode=${eventCode}`;
  const joins = async (role, displayName) => {
    const { code } = await server.data("POST", `/api/user-teams/${home.id}/invites`, coach, { role, maxUses: 1 });
    return (await server.data("POST", "/api/join", undefined, { code, displayName })).token;
  };
  // An operator, who imports FTC events and enters results, comes by the program's own command.
  const operator = async () => {
    const env = { ...process.env, DATA_DIR: dir, APP_ENV: "dev" };
    const { stdout } = await promisify(execFile)(process.env.FTCMETRICS_BIN, ["owner", "create", "--name", "Ms Operator"], { env });
    return stdout.trim();
  };
  const stop = async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { server, coach, home: { ...home, code: eventCode }, query, joins, operator, stop };
}
