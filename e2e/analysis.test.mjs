// The analysis screens with the data of a played FTC event.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, Browser, settled } from "./browser.mjs";
import { linked, signIn, until } from "./coach.mjs";
import { eventCode, played, season } from "./played.mjs";

let hall, browser, kim;

before(async () => {
  hall = await played();
  browser = await Browser.start();
  kim = await signIn(await browser.context(hall.server.url, { screen: "laptop", colors: "light" }), hall.coach, hall.home);
});
after(async () => {
  await browser?.stop();
  await hall?.stop();
});

const ask = (path) => hall.server.data("GET", path, hall.coach);
const figure = (value) => value.toFixed(1).replace(/\.0$/, "");

async function open(page, path) {
  await page.goto(path);
  await settled(page);
}

test("the table has every robot with the figures of the API; it sorts, filters and keeps its columns by keyboard", async () => {
  await open(kim, "/analysis");
  const table = kim.getByRole("table");
  const { teams } = await ask(`/api/analytics/epa/${eventCode}?season=${season}`);
  const there = await ask(`/api/events/${eventCode}/teams?season=${season}`);
  await table.locator("tbody tr").nth(there.length - 1).waitFor();
  assert.equal(await table.locator("tbody tr").count(), there.length);
  await kim.getByRole("button", { name: "EPA", exact: true }).focus();
  await kim.keyboard.press("Enter");
  const best = teams.filter(({ teamNumber }) => there.some((team) => team.teamNumber === teamNumber)).sort((a, b) => b.epa - a.epa)[0];
  const first = table.locator("tbody tr").first();
  await first.getByText(String(best.teamNumber), { exact: true }).waitFor();
  await first.getByText(figure(best.epa), { exact: true }).first().waitFor();
  await axe(kim);
  await kim.getByRole("button", { name: "Columns" }).focus();
  await kim.keyboard.press("Enter");
  await kim.getByRole("switch", { name: "Median" }).focus();
  await kim.keyboard.press("Space");
  await kim.keyboard.press("Escape");
  await kim.getByRole("columnheader", { name: "Median" }).waitFor();
  await kim.keyboard.press("/");
  await kim.keyboard.type("731");
  await until(async () => (await table.locator("tbody tr").count()) === 1, "the filter");
  await kim.reload();
  await settled(kim);
  await kim.getByRole("columnheader", { name: "Median" }).waitFor();
  assert.equal(await kim.getByRole("columnheader", { name: "EPA" }).getAttribute("aria-sort"), "descending");
  const [download] = await Promise.all([kim.waitForEvent("download"), kim.getByRole("button", { name: "CSV" }).click()]);
  const { readFile } = await import("node:fs/promises");
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  assert.equal(lines.length, there.length + 1);
  assert.equal(lines[1].split(",")[0], String(best.teamNumber), "as sorted on the screen");
});

test("a robot's page shows the figures of the API, and the chart as a table too", async () => {
  const summary = await ask(`/api/scouting/team-summary/731?${hall.query}`);
  await open(kim, "/analysis/robots/731");
  for (const phase of ["auto", "teleop", "endgame", "total"])
    assert.equal(await kim.locator(`[data-figure="${phase}-average"]`).textContent(), figure(summary.scouted[phase].average));
  await kim.locator("canvas").waitFor();
  await kim.getByText("As a table").click();
  const rows = kim.getByRole("table", { name: "Points from match to match" }).locator("tbody tr");
  assert.deepEqual(
    (await rows.evaluateAll((all) => all.map((row) => Number(row.lastElementChild.textContent)))).sort((a, b) => a - b),
    summary.matches.map(({ score }) => score.total).sort((a, b) => a - b),
  );
  assert.match(await kim.getByRole("img", { name: /^Total by match/ }).getAttribute("aria-label"), new RegExp(summary.matches.map(({ score }) => score.total).join(", ")));
  await axe(kim);
});

test("a note is on the other's page at once; changed and deleted too", async () => {
  const student = await signIn(await browser.context(hall.server.url, { screen: "phone", colors: "dark" }), await hall.joins("STUDENT", "Sam"), hall.home);
  await open(kim, "/analysis/robots/731");
  await linked(kim);
  await open(student, "/analysis/robots/731");
  await student.getByRole("button", { name: "Write a note" }).click();
  await student.getByLabel("Note", { exact: true }).fill("calm drivers");
  await student.getByRole("group", { name: "Reliability" }).getByText("4", { exact: true }).click();
  await axe(student);
  await student.getByRole("button", { name: "Save the note" }).click();
  await kim.getByText("calm drivers").waitFor();
  await kim.getByText("4 of 5").first().waitFor();
  await kim.getByRole("button", { name: "Change this note" }).click();
  await kim.getByLabel("Note", { exact: true }).fill("calm drivers, weak arm");
  await kim.getByRole("button", { name: "Save the note" }).click();
  await student.getByText("calm drivers, weak arm").waitFor();
  await student.getByRole("button", { name: "Delete this note" }).click();
  await student.getByRole("dialog").getByRole("button", { name: "Delete this note" }).click();
  await kim.getByText("calm drivers").waitFor({ state: "detached" });
  await axe(student);
  await student.context().close();
});

test("a pit report that two write at once is shown to the second, who loses nothing", async () => {
  await open(kim, "/analysis/robots/9021");
  await kim.getByRole("button", { name: "Write the report" }).click();
  await kim.getByLabel("Drivetrain").selectOption("TANK");
  await kim.getByLabel("Anything else").fill("mine");
  await hall.server.data("PUT", "/api/scouting/pit", hall.coach, {
    scoutingTeamId: hall.home.id, season, scoutedTeamNumber: 9021, drivetrain: "MECANUM", text: "theirs",
  });
  await browser.forgiving(/409/, async () => {
    await kim.getByRole("button", { name: "Save the report" }).click();
    await kim.getByText("Drivetrain: nothing became MECANUM").waitFor();
  });
  assert.equal(await kim.getByLabel("Anything else").inputValue(), "mine");
  await axe(kim);
  await kim.getByRole("button", { name: "Save the form as it is" }).click();
  await kim.getByText("Tank", { exact: true }).waitFor();
  const [report] = await ask(`/api/scouting/pit?scoutingTeamId=${hall.home.id}&season=${season}&scoutedTeamNumber=9021`);
  assert.deepEqual([report.drivetrain, report.text], ["TANK", "mine"]);
});

test("a photo is added, without what the camera wrote into it, and deleted", async () => {
  await open(kim, "/analysis/robots/9021");
  const pixels = await kim.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    canvas.getContext("2d").fillRect(10, 10, 200, 200);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  const exif = Buffer.concat([Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\0", "latin1"), Buffer.from("CANARY-PLACE")]);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif]);
  const buffer = Buffer.concat([Buffer.from(pixels.slice(0, 2)), segment, Buffer.from(pixels.slice(2))]);
  assert.ok(buffer.includes("CANARY-PLACE"));
  await kim.getByLabel("Photo file").setInputFiles({ name: "robot.jpg", mimeType: "image/jpeg", buffer });
  const thumbnail = kim.getByRole("img", { name: /^Robot 9021, photo by/ });
  await thumbnail.waitFor();
  await kim.waitForFunction((image) => image.complete && image.naturalWidth > 0, await thumbnail.elementHandle());
  const [media] = await ask(`/api/scouting/media?scoutingTeamId=${hall.home.id}&season=${season}&scoutedTeamNumber=9021`);
  const answer = await fetch(`${hall.server.url}/api/scouting/media/${media.id}/picture`, { headers: { Authorization: "Bearer " + hall.coach } });
  const kept = Buffer.from(await answer.arrayBuffer());
  assert.ok(kept.length > 500 && !kept.includes("CANARY-PLACE") && !kept.includes("Exif"), "nothing of the camera is kept");
  await axe(kim);
  await kim.getByRole("button", { name: /^Delete Photo/ }).click();
  await kim.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await thumbnail.waitFor({ state: "detached" });
});

test("robots side by side have the API's figures, the best is marked in words, and the address keeps them", async () => {
  const robots = await ask(`/api/scouting/compare?teams=731,6183,10195&${hall.query}`);
  await open(kim, `/analysis/compare?season=${season}&event=${eventCode}&robots=731,6183,10195`);
  const line = kim.locator('[data-line="total"]');
  await line.waitFor();
  assert.deepEqual(await line.locator("[data-value]").allTextContents(), robots.map(({ scouted }) => figure(scouted.total.average)));
  assert.deepEqual(await kim.locator('[data-line="epa"] [data-value]').allTextContents(), robots.map(({ ratings }) => figure(ratings.epa)));
  const best = robots.map(({ ratings }) => ratings.epa).indexOf(Math.max(...robots.map(({ ratings }) => ratings.epa)));
  assert.match(await kim.locator('[data-line="epa"] td').nth(best).textContent(), /^best:/);
  await axe(kim);
  await kim.getByRole("button", { name: "Take 6183 away" }).click();
  await kim.waitForURL(/robots=731,10195$/);
  await kim.getByLabel("Add a robot").selectOption("7105");
  await kim.waitForURL(/robots=731,10195,7105$/);
});

test("the brief of a match has the API's forecast", async () => {
  const matches = await ask(`/api/events/${eventCode}/matches?season=${season}`);
  const match = matches.find(({ tournamentLevel, matchNumber }) => tournamentLevel === "qual" && matchNumber === 5);
  const side = (alliance) => match.robots.filter((robot) => robot.alliance === alliance).map(({ teamNumber }) => teamNumber);
  const forecast = await hall.server.data("POST", "/api/analytics/predict", hall.coach, { season, red: side("RED"), blue: side("BLUE") });
  await open(kim, "/analysis/brief/qual-0-5");
  await kim.locator("[data-chance=red]").waitFor();
  assert.equal(await kim.locator("[data-chance=red]").textContent(), `${Math.round(forecast.redWins * 100)} %`);
  assert.equal(await kim.locator("[data-points=red]").textContent(), `${figure(forecast.red)} points expected`);
  assert.equal(await kim.locator("[data-points=blue]").textContent(), `${figure(forecast.blue)} points expected`);
  for (const team of [...side("RED"), ...side("BLUE")]) await kim.getByRole("link", { name: String(team), exact: true }).waitFor();
  await axe(kim);
});

test("our next match comes first, and the pit display goes on to the one after it by itself", async () => {
  const us = hall.home.teamNumber;
  const operator = await hall.operator();
  const teams = [us, 731, 7105, 10195, 9021, ...Array.from({ length: 55 }, (_, i) => 20001 + i)];
  await hall.server.data("POST", "/api/events", operator, {
    season, eventCode: "MEET-60", name: "League Meet 60", teams: teams.map((teamNumber) => ({ teamNumber, name: "Robots" })),
    matches: [{ matchNumber: 1, red: [7105, 10195], blue: [731, 9021] }, { matchNumber: 2, red: [us, 731], blue: [7105, 20001] }, { matchNumber: 3, red: [9021, 731], blue: [us, 20002] }],
  });
  const here = `season=${season}&event=MEET-60`;
  await open(kim, `/analysis/brief?${here}`);
  await kim.getByRole("heading", { name: "Qualification 2" }).waitFor();
  await kim.getByText("Nothing is known of 20001").waitFor();
  await kim.goto(`/analysis/pit?${here}`);
  await kim.locator('[data-match="qual-0-2"]').waitFor();
  await axe(kim);
  await hall.server.data("POST", `/api/events/MEET-60/matches/2/result?season=${season}`, operator, {
    red: { total: 88, auto: 15, teleop: 58, endgame: 15 }, blue: { total: 60, auto: 12, teleop: 43, endgame: 5 },
  });
  await kim.locator('[data-match="qual-0-3"]').waitFor();
  await axe(kim);
});

test("sixty robots are sorted and filtered without a wait", async () => {
  await open(kim, `/analysis?season=${season}&event=MEET-60`);
  const rows = kim.getByRole("table").locator("tbody tr");
  await rows.nth(59).waitFor();
  const took = await kim.evaluate(async () => {
    const longest = [];
    for (const name of ["Robot", "EPA", "Rank"]) {
      const button = [...document.querySelectorAll("th button")].find((one) => one.textContent.startsWith(name));
      const start = performance.now();
      button.click();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      longest.push(performance.now() - start);
    }
    return Math.max(...longest);
  });
  assert.ok(took < 1000, `sorting took ${took} ms`);
  await kim.keyboard.press("/");
  await kim.keyboard.type("20055");
  await until(async () => (await rows.count()) === 1, "the filter");
  await axe(kim);
});

test("phone and dark: every screen is free of faults", async () => {
  const phone = await signIn(await browser.context(hall.server.url, { screen: "phone", colors: "dark" }), hall.coach, hall.home);
  for (const path of ["/analysis", "/analysis/robots/731", "/analysis/compare?robots=731,6183", "/analysis/brief/qual-0-5", "/analysis/pit", "/analysis/picks"]) {
    await open(phone, path);
    await axe(phone);
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is as wide as the phone`);
  }
  await phone.context().close();
});

test("the pages neither fail nor leave our address", () => browser.assertClean());
