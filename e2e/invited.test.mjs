// Adults come in by a real OpenID provider: invited by their address, or by a code.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, settled } from "./browser.mjs";
import { until } from "./server.mjs";
import { World } from "./signin.mjs";

let world, server;

before(async () => {
  world = await World.start();
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

test("a lead invites by address on the invites page", async () => {
  await world.invite({ role: "LEADER", email: "lee@example.org" });
  const page = await world.enter("lee", "/sign-in?to=/team/invites");
  await page.getByLabel("For one e-mail address only").fill("zoe@example.org");
  await page.getByRole("button", { name: "Make the invite" }).click();
  await page.getByText("zoe@example.org is invited").waitFor();
  await page.getByRole("listitem").filter({ hasText: "zoe@example.org" }).getByRole("button", { name: "Close" }).waitFor();
  assert.equal(await page.getByRole("status", { name: "Invite code" }).count(), 0, "there is no code to show");
  await axe(page);
  const zoe = await world.enter("zoe");
  await zoe.getByRole("heading", { name: "Hello, Zoe" }).waitFor();
  assert.equal((await world.member("Zoe")).role, "STUDENT");
  for (const one of [page, zoe]) await one.context().close();
});

test("the faults of all of these pages", () => world.browser.assertClean());
