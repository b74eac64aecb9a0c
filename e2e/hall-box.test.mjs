// A server in a hall: a lead shows its address, and where a device learns to trust it, from the app.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser } from "./browser.mjs";
import { meet, signIn } from "./coach.mjs";
import { Server } from "./server.mjs";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // this process trusts the hall's certificate; that it need not, cmd/ftcmetrics tests
const servers = [];
let browser;

before(async () => (browser = await Browser.start({ args: ["--ignore-certificate-errors"] })));
after(async () => {
  await browser?.stop();
  for (const server of servers) await server.stop();
});

/** The dialog with the address, as a lead sees it. */
async function shown(options) {
  const server = await Server.start(options);
  servers.push(server);
  const home = await meet(server, { names: [] });
  const page = await signIn(await browser.context(server.url), home.lead.token, home);
  await page.goto("/team/invites");
  await page.getByRole("button", { name: "Show the address as QR" }).click();
  const dialog = page.getByRole("dialog", { name: "Address of this server" });
  await dialog.getByText(server.url, { exact: true }).waitFor();
  await dialog.locator('svg[role=img] path:not([d=""])').first().waitFor();
  return { server, page, dialog };
}

test("in a hall: the address as a code, and the page about its certificate", async () => {
  const { server, page, dialog } = await shown({ args: ["serve", "--hall"] });
  assert.match(server.url, /^https:/);
  const link = dialog.getByRole("link", { name: /\/connect$/ });
  await link.waitFor();
  const answer = await fetch(await link.getAttribute("href"));
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /ftcmetrics\.crt/);
  await axe(page);
  await page.context().close();
});

test("elsewhere: no such page is offered, and an address for this computer alone is said to be one", async () => {
  const { page, dialog } = await shown();
  await dialog.getByText("This address is good on this computer alone.").waitFor();
  assert.equal(await dialog.getByRole("link").count(), 0);
  await axe(page);
  await page.context().close();
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
