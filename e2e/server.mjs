// Starts the built program on addresses that stay free while it is away, with a data folder of its own.
import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Contract } from "./contract.mjs";
import { address } from "./ports.mjs";

const require = createRequire(import.meta.url);
export const PusherServer = require("pusher");
export const PusherClient = require("pusher-js");

/**
 * A data folder: a copy of the one that scripts/e2e has prepared, which saves making and migrating a database, or an
 * empty one where there is none or the test wants a `first` start. No secrets are copied.
 */
async function folder(first) {
  const dir = await mkdtemp(join(tmpdir(), "ftcmetrics-e2e-"));
  if (first || !process.env.FTCMETRICS_DATA) return dir;
  await chmod(dir, 0o711); // PostgreSQL may run as another user, whose files cp leaves to it
  await promisify(execFile)("cp", ["-a", join(process.env.FTCMETRICS_DATA, "pg"), dir]);
  return dir;
}

/**
 * A running server. `env` adds to its environment, `dir` reuses a data folder, `first` has its database made by the
 * server itself, `program` is another build.
 */
export class Server {
  static async start({ env = {}, args = [], dir, first = args[0] === "hub", program = process.env.FTCMETRICS_BIN } = {}) {
    const server = new Server();
    server.ownDir = !dir;
    server.dir = dir ?? (await folder(first));
    server.child = spawn(program, args, {
      env: {
        ...process.env, DATA_DIR: server.dir, LOG_FORMAT: "json", APP_ENV: "dev",
        HTTP_ADDR: await address(), HUB_ADDR: await address(), METRICS_ADDR: "127.0.0.1:0", ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    server.log = "";
    server.out = "";
    server.child.stdout.on("data", (part) => (server.out += part));
    server.exited = new Promise((resolve) => server.child.on("exit", (code, signal) => resolve({ code, signal })));
    await new Promise((resolve, reject) => {
      createInterface({ input: server.child.stderr }).on("line", (line) => {
        server.log += line + "\n";
        const code = line.match(/"code":"([A-Z2-7]+)"/);
        if (code) server.setupCode = code[1];
        if (!line.startsWith("{")) return;
        const entry = JSON.parse(line);
        if (entry.msg !== "serving") return;
        server.url = entry.url;
        server.hub = entry.hub;
        server.metrics = entry.metrics;
        server.key = entry.key; // of the hub alone
        resolve();
      });
      server.exited.then(({ code }) => reject(new Error(`the server ended with ${code}:\n${server.log}`)));
    });
    if (server.url) server.key = (await (await fetch(server.url + "/api/realtime/config")).json()).data.key;
    return server;
  }

  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    const ended = await this.exited;
    if (this.ownDir) await rm(this.dir, { recursive: true, force: true });
    return ended;
  }

  /** Calls the API and returns {status, body}. An answer that is not as the server's document promises is an error. */
  async call(method, path, token, body, headers = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: "Bearer " + token } : {}), ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    this.contract ??= Contract.of(this.url);
    const fault = (await this.contract).answer(method, path.split("?")[0], response.status, response.headers.get("content-type"), text);
    if (fault) throw new Error(fault);
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  }

  /** Calls the API and returns the data, or throws what it said. */
  async data(method, path, token, body) {
    const answer = await this.call(method, path, token, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data;
  }

  /** The stock pusher-js client, as the source documents configure it. */
  client(token) {
    const hub = new URL("http://" + this.hub);
    return new PusherClient(this.key, {
      wsHost: hub.hostname, wsPort: Number(hub.port), wssPort: Number(hub.port), forceTLS: false,
      disableStats: true, enabledTransports: ["ws", "wss"], cluster: "mt1",
      authEndpoint: this.url + "/api/pusher/auth", auth: { headers: { "X-User-Id": token ?? "" } },
    });
  }
}

/** Resolves when the channel is subscribed, rejects when it is refused. */
export function subscribe(client, name) {
  const channel = client.subscribe(name);
  return new Promise((resolve, reject) => {
    channel.bind("pusher:subscription_succeeded", () => resolve(channel));
    channel.bind("pusher:subscription_error", (error) => reject(Object.assign(new Error("refused"), error)));
  });
}

/** Resolves with the payload of the next such event. */
export const next = (channel, event) => new Promise((resolve) => channel.bind(event, resolve));

/** Polls until check returns something truthy. */
export async function until(check, what, ms = 60_000) {
  const end = Date.now() + ms;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error("never happened: " + what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A new owner, a team of theirs, and a function that lets people join it. */
export async function team(server, number = 8569) {
  await until(() => server.owner || server.setupCode, "the server prints its set-up code"); // after it says that it serves
  server.owner ??= (await server.data("POST", "/api/setup", undefined, { code: server.setupCode, displayName: "Coach" })).token;
  const made = await server.data("POST", "/api/user-teams", server.owner, { teamNumber: number });
  const join = async (role, displayName) => {
    const invite = await server.data("POST", `/api/user-teams/${made.id}/invites`, server.owner, { role, maxUses: 1 });
    return server.data("POST", "/api/join", undefined, { code: invite.code, displayName });
  };
  return { ...made, join };
}

/** An entry as a tablet sends it. */
export const entry = (teamId, change = {}) => ({
  id: crypto.randomUUID(), scoutingTeamId: teamId, season: 2025, eventCode: "USNCRA", tournamentLevel: "qual", series: 0, matchNumber: 12,
  alliance: "RED", scoutedTeamNumber: 8569, notes: "CANARY-NOTES",
  data: { autoLeave: true, autoClassifiedCount: 3, teleopClassifiedCount: 10, endgameBaseStatus: "FULL" }, ...change,
});
