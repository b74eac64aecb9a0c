// A front-end developer's first page: what docs/frontend.md says, letter by letter, until an entry of the demo is on it. Counts
// what a person does, because the document promises it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Browser } from "./browser.mjs";
import { figure } from "./figure.mjs";
import { until } from "./server.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const bounds = { commands: 7, lines: 17 };
let folder, browser;
const running = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ftcmetrics-frontend-"));
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  for (const child of running) if (child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  await Promise.all(running.map((child) => child.ended));
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** What the document has people do, in its order: commands, and files with their text. */
function walk(document) {
  const part = document.match(/^## A page with a live feed, from nothing\n(.*?)^## /ms)[1];
  const steps = [];
  for (const [, said, language, text] of part.matchAll(/([^\n]*)\n\n```(\w+)\n(.*?)```/gs)) {
    if (language === "sh") steps.push(...text.trim().split("\n").map((command) => ({ command })));
    else steps.push({ file: said.match(/^`([^`]+)`/)[1], text });
  }
  return steps;
}

/** Starts what goes on running, as in a terminal of its own. Returns what it has said so far. */
function start(command, cwd, env) {
  const child = spawn("bash", ["-c", command], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const terminal = { said: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (terminal.said += part));
  child.ended = new Promise((resolve) => child.on("close", resolve));
  running.push(child);
  return terminal;
}

/** The repository as somebody has it who has just cloned it, as far as the walk needs it. */
async function clone(to) {
  const files = execFileSync("git", ["ls-files", "-z", "clients/react"], { cwd: repository, encoding: "utf8" }).split("\0").filter(Boolean);
  for (const name of files) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await cp(join(repository, name), join(to, name));
  }
}

test("from a clone of the repository to a page on which entries appear", { timeout: 240_000 }, async () => {
  const began = Date.now();
  const steps = walk(await readFile(join(repository, "docs/frontend.md"), "utf8"));
  const count = { commands: steps.filter((step) => step.command).length, lines: steps.reduce((sum, step) => sum + (step.text?.trimEnd().split("\n").length ?? 0), 0) };
  console.log(`front end: ${count.commands} commands, ${count.lines} lines`);
  assert.deepEqual(count, bounds, "no more to type, and the document tells the same");

  let at = join(folder, "ftcmetrics"), site, printed;
  await clone(at);
  // Packages that this machine has already are not asked for again. What npm has told the tests is not for this shell, but for
  // the ways to the registry.
  const own = Object.entries(process.env).filter(([name]) => /^(PATH|TMPDIR|HOME|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy|npm_config_(registry|cafile|cache|(user|global)config))$/i.test(name));
  const env = { HOME: folder, ...Object.fromEntries(own), npm_config_prefer_offline: "true", npm_config_audit: "false", npm_config_fund: "false" };
  const ports = " --http-addr=127.0.0.1:0 --hub-addr=127.0.0.1:0 --metrics-addr=127.0.0.1:0"; // other tests run beside this one
  for (const { command, file, text } of steps) {
    if (file) {
      await until(() => (printed.url = printed.demo.said.match(/Open\s+(http:\S+?)\/?\s/)?.[1]) && /Playing/.test(printed.demo.said), "the demo says where to look:\n" + printed.demo.said, 60_000);
      const [, token, team] = printed.demo.said.match(/Bearer (\S+)' '\S+scoutingTeamId=([0-9a-f-]+)/);
      await writeFile(join(at, file), text.replace("http://127.0.0.1:3001", printed.url).replace('"TOKEN"', JSON.stringify(token)).replace('"TEAM"', JSON.stringify(team)));
    } else if (command.startsWith("go run ./cmd/ftcmetrics")) {
      printed = { demo: start(command.replace("go run ./cmd/ftcmetrics", process.env.FTCMETRICS_BIN) + ports, at, { ...env, DATA_DIR: join(folder, "data") }) };
    } else if (command === "npx vite") {
      site = start(command, at, env);
    } else {
      const said = execFileSync("bash", ["-euc", `${command}\npwd`], { cwd: at, env, encoding: "utf8", timeout: 180_000, stdio: ["ignore", "pipe", "pipe"] });
      at = said.trim().split("\n").at(-1);
    }
  }
  const plain = () => site.said.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const address = await until(() => plain().match(/Local:\s+(http:\S+)/)?.[1], "vite prints an address:\n" + site.said, 60_000);
  const web = JSON.parse(await readFile(join(repository, "web/package.json"), "utf8"));
  const installed = JSON.parse(await readFile(join(at, "package.json"), "utf8")).dependencies;
  for (const [name, version] of Object.entries({ ...web.dependencies, ...web.devDependencies })) {
    if (installed[name]) assert.equal(installed[name].replace(/^\^/, ""), version, `the document and web/package.json name one version of ${name}`);
  }

  const page = await (await browser.context(printed.url, { screen: "laptop" })).newPage();
  await page.goto(address);
  await page.getByRole("heading", { name: /^Online \([1-9]/ }).waitFor();
  await page.locator("li", { hasText: /^Team \d+ - Match \d+: \d+pts$/ }).first().waitFor({ timeout: 60_000 });
  figure("front-end-walk-seconds", (Date.now() - began) / 1000, 600);
});
