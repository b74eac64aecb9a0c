// What a real OpenID provider sends back: why it did not work, and hostile ways that do not lead in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "./browser.mjs";
import { refuse } from "./issuer.mjs";
import { failed, World } from "./signin.mjs";

let world, server;

before(async () => {
  world = await World.start({ OIDC_GONE_ISSUER: "http://127.0.0.1:9", OIDC_GONE_CLIENT_ID: "x", OIDC_GONE_CLIENT_SECRET: "y", OIDC_SCHOOL_CLIENTID: "misspelt" });
  server = world.server;
  await world.invite({ email: "ada@example.org" });
});
after(() => world?.stop());

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
