// A server that asks a school's provider who somebody is, and people who sign in there.
import { Browser } from "./browser.mjs";
import { approve, Issuer } from "./issuer.mjs";
import { Server, team } from "./server.mjs";

export class World {
  static async start(env = {}) {
    const world = new World();
    world.issuer = await Issuer.start();
    world.server = await Server.start({ env: { ...world.issuer.env(), OIDC_SCHOOL_LABEL: "Our school", ...env } });
    world.issuer.use(world.server);
    world.browser = await Browser.start();
    world.home = await team(world.server);
    return world;
  }

  async stop() {
    await this.browser?.stop();
    await this.server?.stop();
    await this.issuer?.stop();
  }

  invite(change) {
    return this.server.data("POST", `/api/user-teams/${this.home.id}/invites`, this.server.owner, { role: "MENTOR", maxUses: 1, ...change });
  }

  members() {
    return this.server.data("GET", `/api/user-teams/${this.home.id}/members`, this.server.owner);
  }

  async member(name) {
    return (await this.members()).find(({ displayName }) => displayName === name);
  }

  context(screen = "laptop") {
    return this.browser.context(this.server.url, { screen });
  }

  /** The session of a context's browser. */
  async session(context) {
    return (await context.cookies(this.server.url)).find(({ name }) => name === "ftc_session")?.value;
  }

  /** Runs what goes to the provider's pages, which are of another address. */
  elsewhere(run) {
    return this.browser.forgiving(/localhost:/, run);
  }

  /** Runs what ends sessions whose pages are open, and still ask. */
  ending(run) {
    return this.browser.forgiving(/ 40[13] /, run);
  }

  /** A page of a fresh browser in which the name has just signed in. */
  async enter(name, start = "/sign-in") {
    const page = await (await this.context()).newPage();
    await page.goto(start);
    await this.elsewhere(async () => {
      await page.getByRole("link", { name: /(Continue|Join) with Our school/ }).click();
      await approve(page, name);
      await page.waitForURL(({ origin, searchParams }) => origin === this.server.url && !searchParams.has("done")); // the app has taken over
    });
    return page;
  }

  /** A page of somebody who joined by a code, without an account. */
  async join(name) {
    const page = await (await this.context("phone")).newPage();
    await page.goto("/join/" + (await this.invite({ role: "STUDENT" })).code);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Join", exact: true }).tap();
    await page.getByRole("heading", { name: "Hello, " + name }).waitFor();
    return page;
  }

  /** Goes to the provider and signs in there with the context's cookies, and returns the address that it sends the browser back to. */
  async answer(context, name, query = "", start = `/api/auth/school/start${query}`) {
    let at = new URL(start, this.server.url).href;
    let form;
    for (;;) {
      const response = await context.request.fetch(at, { method: form ? "POST" : "GET", form, maxRedirects: 0 });
      const { location } = response.headers();
      form = undefined;
      if (location) at = new URL(location, at).href;
      if (at.startsWith(this.server.url + "/api/auth/school/callback")) return at;
      if (location) continue;
      const html = await response.text();
      const action = html.match(/<form[^>]* action="([^"]+)"/)?.[1];
      if (!action) throw new Error(`${at}: ${response.status()} ${html}`);
      at = new URL(action, at).href;
      form = html.includes('name="login"') ? { prompt: "login", login: name, password: "any" } : { prompt: "consent" };
    }
  }
}

/** Waits for the sentence about a sign-in that led to nothing. */
export const failed = (page, code) => page.locator(`[data-failed="${code}"]`).waitFor();
