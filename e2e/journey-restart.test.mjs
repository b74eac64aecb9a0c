// Journey 10, the restart: whoever was connected is back by themselves, and nothing is lost meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linked } from "./coach.mjs";
import { figure } from "./figure.mjs";
import { Operator } from "./operator.mjs";

let operator, coach;

before(async () => {
  operator = await Operator.start({ names: ["Ada"] });
  coach = await operator.coach();
});
after(() => operator?.stop());

test("after a restart all are back, and nothing is lost", () =>
  operator.away(async () => {
    await operator.page.goto("/console");
    const ids = [await operator.post(coach, 1)];
    await operator.again();
    const up = Date.now();
    ids.push(await operator.post(coach, 2)); // by asking, or by the socket: whichever is first
    figure("news-after-restart-ms", Date.now() - up, 10_000);
    await linked(coach);
    figure("socket-after-restart-ms", Date.now() - up, 20_000); // pusher-js tries again after 15 s
    ids.push(await operator.post(coach, 3));
    for (const id of ids) assert.equal(await coach.locator(`[data-entry="${id}"]`).count(), 1);
    await operator.page.locator('[data-tile="Connections"]').waitFor(); // the console goes on by itself
  }));

test("the faults of all of these pages", () => operator.browser.assertClean());
