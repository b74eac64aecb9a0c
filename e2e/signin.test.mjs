// Adults come in by a real OpenID provider; hostile ways do not lead in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, settled } from "./browser.mjs";
import { refuse } from "./issuer.mjs";
import { until } from "./server.mjs";
import { failed, World } from "./signin.mjs";

let world, server;

before(async () => {
  world = await World.start({ OIDC_GONE_ISSUER: "http://127.0.0.1:9", OIDC_GONE_CLIENT_ID: "x", OIDC_GONE_CLIENT_SECRET: "y", OIDC_SCHOOL_CLIENTID: "misspelt" });
  server = world.server;
});
after(() => world?.stop());

test("a mentor who is invited by address comes in, and comes back on another device", async () => {
  const made = await world.invite({ email: "Ada@example.org" });
  assert.equal(made.code, undefined, "such an invite has no code");
  const page = await world.enter("ada", "/sign-in?to=/team");
  await page.getByRole("list", { name: "Who is in the team" }).waitFor();
  assert.ok(page.url().endsWith("/team"), "on the page that was meant");
  const { userId, role } = await world.member("Ada");
  assert.equal(role, "MENTOR");
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the session");
  await page.reload();
  await page.getByRole("list", { name: "Who is in the team" }).waitFor();
  const again = await world.enter("ada");
  await again.getByRole("heading", { name: "Hello, Ada" }).waitFor();
  assert.equal((await world.members()).filter(({ displayName }) => displayName === "Ada").length, 1);
  assert.equal((await world.member("Ada")).userId, userId, "the same person");
  await again.goto("/me");
  await settled(again);
  await again.getByText("ada@example.org").first().waitFor();
  await axe(again);
  for (const one of [page, again]) await one.context().close();
});

test("the sign-in page says why it did not work", async () => {
  const before = (await world.members()).length;
  const uninvited = await world.enter("eve");
  await failed(uninvited, "not-invited");
  await axe(uninvited);
  assert.equal(await world.session(uninvited.context()), undefined);
  await world.invite({ email: "newton@example.org" });
  const unverified = await world.enter("newton");
  await failed(unverified, "email-not-verified");
  const page = await (await world.context("phone")).newPage();
  await page.goto("/sign-in");
  await axe(page);
  await world.elsewhere(async () => {
    await page.getByRole("link", { name: "Continue with Our school" }).tap();
    await refuse(page);
    await failed(page, "sign-in-denied");
  });
  await page.getByRole("link", { name: "Continue with Gone" }).tap();
  await failed(page, "provider-down");
  await page.goto("/api/auth/school/callback?code=x&state=y");
  await failed(page, "sign-in-expired");
  assert.equal((await world.members()).length, before, "nobody came in");
  assert.match(server.log, /nothing reads this variable.*OIDC_SCHOOL_CLIENTID/);
  for (const one of [uninvited, unverified, page]) await one.context().close();
});

test("a code brings somebody in whose address is not verified", async () => {
  const { code } = await world.invite({ role: "STUDENT" });
  const page = await world.enter("newman", "/join/" + code);
  await page.waitForURL("**/join/" + code);
  await until(() => world.member("Newman"), "Newman is in the team");
  assert.equal((await world.member("Newman")).role, "STUDENT");
  const mine = await page.evaluate(async () => (await (await fetch("/api/me/identities")).json()).data);
  assert.deepEqual(mine.map(({ email }) => email), [undefined], "an address that nobody verified is not kept");
  await page.context().close();
});

test("what comes back counts once, and only in the browser that began it", async () => {
  const [context, thief, victim, late] = await Promise.all([1, 2, 3, 4].map(() => world.context()));
  const back = await world.answer(context, "ada");
  const theirs = await thief.newPage();
  await theirs.goto(back); // a stolen answer
  await failed(theirs, "sign-in-expired");
  assert.equal(await world.session(thief), undefined);

  // Somebody else's own answer, sent to a victim who is just signing in: they must not become them.
  const foreign = await world.answer(thief, "newman");
  await world.answer(victim, "ada");
  const page = await victim.newPage();
  await page.goto(foreign);
  await failed(page, "sign-in-expired");
  assert.equal(await world.session(victim), undefined);

  const honest = await context.newPage();
  await honest.goto(back);
  await honest.getByRole("heading", { name: "Hello, Ada" }).waitFor();
  const session = await world.session(context);
  assert.match(session, /^ftc_session_/);
  await honest.goto(back); // again
  await failed(honest, "sign-in-expired");
  assert.equal(await world.session(context), session, "and nothing has changed");

  // A code that was used, in an attempt that is honest.
  const mixed = new URL(await world.answer(late, "ada"));
  mixed.searchParams.set("code", new URL(back).searchParams.get("code"));
  const replay = await late.newPage();
  await replay.goto(mixed.href);
  await failed(replay, "provider-answer");
  assert.equal(await world.session(late), undefined);
  for (const one of [context, thief, victim, late]) await one.close();
});

test("a new sign-in ends the earlier one of this browser", async () => {
  const context = await world.context();
  const page = await context.newPage();
  await page.goto(await world.answer(context, "ada"));
  await page.getByRole("heading", { name: "Hello, Ada" }).waitFor();
  const first = await world.session(context);
  await page.goto(await world.answer(context, "ada"));
  await page.getByRole("heading", { name: "Hello, Ada" }).waitFor();
  assert.notEqual(await world.session(context), first);
  assert.equal((await server.call("GET", "/api/me", first)).status, 401);
  await context.close();
});

test("nobody is sent to another place", async () => {
  for (const to of ["//evil.example", "https://evil.example", "/\\evil.example", "/.//evil.example", "javascript:alert(1)"]) {
    const context = await world.context();
    const page = await context.newPage();
    await page.goto(await world.answer(context, "ada", "?to=" + encodeURIComponent(to)));
    await page.getByRole("heading", { name: "Hello, Ada" }).waitFor();
    assert.equal(page.url(), server.url + "/", to);
    await context.close();
  }
  const page = await (await world.context()).newPage();
  await world.browser.forgiving(/401/, async () => {
    await page.goto("/sign-in?done=1&to=" + encodeURIComponent("//evil.example")); // straight to our own page
    const link = page.getByRole("link", { name: "Continue with Our school" });
    await link.waitFor();
    assert.ok(!(await link.getAttribute("href")).includes("evil"));
    await page.waitForLoadState("networkidle");
  });
  assert.equal(new URL(page.url()).origin, server.url);
  await page.context().close();
});

test("the faults of all of these pages", () => world.browser.assertClean());
