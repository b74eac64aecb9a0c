// An operator at the console, for the tests of journey 10.
import { axe, Browser, settled } from "./browser.mjs";
import { linked, meet, report, signIn } from "./coach.mjs";
import { Server, until } from "./server.mjs";

/** What a promise brings, or a failure that names it: an event that never comes must not hang the test. */
export async function within(promise, what) {
  let got;
  promise.then((value) => (got = { value }));
  return (await until(() => got, what)).value;
}

/** A server with a team at an FTC event, and its operator's browser. */
export class Operator {
  clients = [];

  static async start({ names = ["Ada", "Ben"] } = {}) {
    const operator = new Operator();
    operator.server = await Server.start();
    operator.browser = await Browser.start();
    operator.home = await meet(operator.server, { names });
    // Without motion: what waits to be loaded pulses, and pages that wait for long would do nothing but draw.
    const context = await operator.browser.context(operator.server.url, { screen: "laptop", colors: "light", reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
    operator.page = await signIn(context, operator.server.owner, operator.home);
    return operator;
  }

  async stop() {
    for (const client of this.clients) client.disconnect();
    await this.browser?.stop();
    await this.server?.stop();
  }

  /** The same address and the same data, another server. */
  async again(env = {}) {
    const { dir, url, owner, child, exited } = this.server;
    child.kill("SIGTERM");
    await exited;
    this.server = await Server.start({ dir, env: { HTTP_ADDR: new URL(url).host, ...env } });
    Object.assign(this.server, { owner, ownDir: true });
  }

  /** The feed of a coach on a phone, which stays open. */
  async coach() {
    const page = await signIn(await this.browser.context(this.server.url), this.home.lead.token, this.home);
    await page.goto("/coach");
    await linked(page);
    await settled(page);
    return page;
  }

  /** An entry of the match, once the coach's page shows it, by whatever way news come. Returns its id. */
  async post(coach, match) {
    const { id } = await this.server.data("POST", "/api/scouting/entries", this.home.scouts.Ada.token, report(this.home, match, 0));
    await coach.locator(`[data-entry="${id}"]`).waitFor({ timeout: 45_000 });
    return id;
  }

  /** Runs what takes the server away for a while: what a browser notes of that is forgiven. */
  away(run) {
    return this.browser.forgiving(/\/app\/|WebSocket|ERR_CONNECTION|Failed to (load|fetch)/, run);
  }

  /** The stock pusher-js client, of whoever the token stands for. */
  client(token) {
    const made = this.server.client(token);
    this.clients.push(made);
    return made;
  }

  /** Opens a page of the console. */
  async open(path, heading) {
    await this.page.goto(path);
    await this.page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await settled(this.page);
  }

  /** Fails when axe finds anything, in the light or in the dark. */
  async axe() {
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme });
      await axe(this.page);
    }
  }

  /** The cells of a table's rows, by what the first one says. */
  cells(name) {
    return this.page.getByRole("table", { name }).evaluate((table) =>
      Object.fromEntries([...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText.trim())).map(([first, ...rest]) => [first, rest])),
    );
  }
}
