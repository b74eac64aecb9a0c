import assert from 'node:assert/strict';
import { test } from 'node:test';

import { board, choose, feed, feedLimit, missing, reduce, start, totals } from '../static/state.js';

const epoch = '6f0a3c1e-0000-4000-8000-000000000001';
const other = '6f0a3c1e-0000-4000-8000-000000000002';
const zero = '00000000-0000-0000-0000-000000000000';

const robots = (r1, r2, b1, b2) => [
  { alliance: 'BLUE', station: 2, teamNumber: b2 }, { alliance: 'RED', station: 1, teamNumber: r1 },
  { alliance: 'BLUE', station: 1, teamNumber: b1 }, { alliance: 'RED', station: 2, teamNumber: r2 },
];
const match = (tournamentLevel, series, matchNumber, teams) => ({ tournamentLevel, series, matchNumber, scheduledAt: null, robots: robots(...teams) });
const matches = [
  match('qual', 0, 1, [11, 12, 13, 14]), match('qual', 0, 2, [13, 15, 11, 16]),
  match('playoff', 1, 1, [11, 12, 13, 14]), match('playoff', 2, 1, [15, 16, 17, 18]), match('playoff', 3, 1, [11, 12, 15, 16]),
];

const id = (seq) => `id-${seq}`;
const at = '2026-01-17T10:00:00Z';
const event = (seq, name, payload) => ({ name, data: { id: id(seq), seq, at, season: 2025, eventCode: 'X', level: 'qual', ...payload } });
const entry = (seq, scoutedTeamNumber, matchNumber, more) => event(seq, 'scouting:new-entry', { scoutedTeamNumber, matchNumber, ...more });
const page = (events, more) => {
  const last = events.at(-1)?.data.seq ?? 0;
  return { events, next: last, head: last, epoch, reset: false, ...more };
};

const loaded = () => reduce(start(), { type: 'schedule', matches });
const heard = (state, events) => events.reduce((s, e) => reduce(s, { type: 'event', ...e }), state);
const read = (state, after, answer) => reduce(state, { type: 'page', after, page: answer });
const row = (state, key) => board(state).find((r) => r.key === key);
const counts = (state, key) => Object.fromEntries(row(state, key).robots.map((r) => [r.team, r.count]));

// picture is all that is shown.
const picture = (state) => ({ rows: board(state), feed: feed(state), totals: totals(state, board(state)), cursor: state.cursor, missing: missing(state) });

// dice are random numbers that are the same in every run.
function dice(seed) {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

function shuffled(list, random) {
  return list.map((value) => ({ value, key: random() })).sort((a, b) => a.key - b.key).map(({ value }) => value);
}

test('a row has red before blue, by station', () => {
  assert.deepEqual(row(loaded(), 'qual/0/1').robots.map((r) => [r.place, r.team, r.side]),
    [['R1', 11, 'red'], ['R2', 12, 'red'], ['B1', 13, 'blue'], ['B2', 14, 'blue']]);
});

test('an entry counts for its robot in its match only', () => {
  const state = heard(loaded(), [entry(1, 11, 1), entry(2, 11, 1), entry(3, 13, 2)]);
  assert.deepEqual(counts(state, 'qual/0/1'), { 11: 2, 12: 0, 13: 0, 14: 0 });
  assert.deepEqual(counts(state, 'qual/0/2'), { 13: 1, 15: 0, 11: 0, 16: 0 });
  assert.deepEqual(totals(state, board(state)), { entries: 3, robots: 20, planned: true, robotsCovered: 2, matches: 5, matchesCovered: 0 });
});

test('a match is covered when each of its robots is', () => {
  const state = heard(loaded(), [11, 12, 13, 14].map((team, i) => entry(i + 1, team, 1)));
  assert.equal(totals(state, board(state)).matchesCovered, 1);
});

test('any order, any repetition, socket or log: the same picture', () => {
  const events = [
    ...[11, 12, 13, 14, 11].map((team, i) => entry(i + 1, team, 1)),
    event(6, 'match:started', { matchNumber: 2, redTeams: [13, 15], blueTeams: [11, 16] }),
    entry(7, 15, 2), entry(8, 99, 2), entry(9, 21, 40), entry(10, 17, 1, { level: 'playoff' }), entry(11, 11, 1, { level: 'playoff' }),
    event(12, 'match:completed', { matchNumber: 2, red: { total: 54 }, blue: { total: 48 } }),
    event(13, 'analytics:epa-updated', { matchNumber: 2, teams: [] }),
    entry(14, 21, 41), entry(15, 22, 40),
  ];
  const want = { ...picture(read(loaded(), 0, page(events))) };
  for (let seed = 1; seed <= 300; seed++) {
    const random = dice(seed);
    const twice = shuffled([...events, ...events.filter(() => random() < 0.4)], random);
    let state = random() < 0.5 ? loaded() : start();
    for (const e of twice) {
      if (random() < 0.15) {
        const after = state.cursor;
        const some = events.slice(after, after + 1 + Math.floor(random() * 6));
        state = read(state, after, page(some, { next: some.at(-1)?.data.seq ?? after, head: 15 }));
      }
      state = reduce(state, { type: 'event', ...e });
    }
    state = reduce(state, { type: 'schedule', matches });
    assert.deepEqual(picture(state), want, `seed ${seed}`);
  }
});

test('the cursor never passes what is missing', () => {
  let state = heard(loaded(), [entry(1, 11, 1), entry(2, 12, 1), entry(4, 14, 1), entry(5, 11, 2)]);
  assert.equal(state.cursor, 2);
  assert.ok(missing(state));
  state = read(state, 2, page([entry(3, 13, 1), entry(4, 14, 1)], { head: 5 }));
  assert.equal(state.cursor, 5);
  assert.ok(!missing(state));
  assert.equal(totals(state, board(state)).entries, 5);
});

test('a page that was asked before newer events came does not take the cursor back', () => {
  let state = heard(loaded(), [entry(1, 11, 1), entry(2, 12, 1), entry(3, 13, 1)]);
  state = read(state, 0, page([entry(1, 11, 1)], { head: 3 }));
  assert.equal(state.cursor, 3);
});

test('reset starts over and keeps the schedule', () => {
  let state = heard(read(loaded(), 0, page([entry(1, 11, 1), entry(2, 12, 1)])), [entry(3, 13, 1)]);
  state = read(state, 3, page([], { reset: true, next: 1, head: 1, epoch: other }));
  assert.equal(state.cursor, 0);
  assert.equal(totals(state, board(state)).entries, 0);
  assert.equal(board(state).length, 5);
  state = read(state, 0, page([entry(1, 14, 1)], { epoch: other }));
  assert.deepEqual(counts(state, 'qual/0/1'), { 11: 0, 12: 0, 13: 0, 14: 1 });
});

test('another epoch starts over even where the seq would fit', () => {
  let state = read(loaded(), 0, page([entry(1, 11, 1), entry(2, 12, 1)]));
  state = read(state, 2, page([], { next: 2, head: 7, epoch: other }));
  assert.equal(state.cursor, 0);
  assert.equal(state.items.size, 0);
});

test('the first event of a channel is no new epoch', () => {
  let state = read(loaded(), 0, page([], { epoch: zero }));
  state = read(state, 0, page([entry(1, 11, 1)]));
  assert.equal(state.cursor, 1);
  state = read(state, 1, page([], { epoch: zero, next: 1, head: 1 }));
  assert.equal(state.items.size, 1);
});

test('a log without its beginning goes on from its head and says so', () => {
  let state = read(loaded(), 0, page([], { reset: true, next: 90, head: 90 }));
  assert.equal(state.cursor, 90);
  assert.ok(state.cut);
  state = heard(state, [entry(91, 11, 1)]);
  assert.equal(state.cursor, 91);
  assert.ok(!missing(state));
});

test('an entry of a playoff match without its series counts where only one is possible', () => {
  const state = heard(loaded(), [entry(1, 17, 1, { level: 'playoff' }), entry(2, 11, 1, { level: 'playoff' }), entry(3, 11, 1, { level: 'playoff', series: 3 })]);
  assert.equal(counts(state, 'playoff/2/1')[17], 1);
  assert.equal(counts(state, 'playoff/1/1')[11], 0);
  assert.equal(counts(state, 'playoff/3/1')[11], 1);
  assert.equal(totals(state, board(state)).entries, 3);
  assert.equal(board(state).length, 5);
});

test('without a schedule, matches and robots appear as they are scouted', () => {
  const state = heard(start(), [entry(1, 31, 10), entry(2, 32, 9), entry(3, 30, 10)]);
  assert.deepEqual(board(state).map((r) => [r.key, r.robots.map((x) => [x.team, x.side, x.place])]),
    [['qual/0/9', [[32, 'none', '']]], ['qual/0/10', [[30, 'none', ''], [31, 'none', '']]]]);
  assert.deepEqual(totals(state, board(state)), { entries: 3, robots: 3, planned: false, robotsCovered: 3, matches: 2, matchesCovered: 0 });
});

test('a match runs, is over, and runs again when it is replayed', () => {
  let state = heard(loaded(), [event(1, 'match:started', { matchNumber: 1 })]);
  assert.equal(row(state, 'qual/0/1').status, 'started');
  state = heard(state, [event(2, 'match:completed', { matchNumber: 1, red: { total: 54 }, blue: { total: 48 } })]);
  assert.deepEqual([row(state, 'qual/0/1').status, row(state, 'qual/0/1').score], ['completed', { red: 54, blue: 48 }]);
  state = heard(state, [event(3, 'match:started', { matchNumber: 1 })]);
  assert.deepEqual([row(state, 'qual/0/1').status, row(state, 'qual/0/1').score], ['started', null]);
});

test('the feed has the newest first, without what it does not know', () => {
  const many = Array.from({ length: 80 }, (_, i) => entry(i + 1, 11, 1));
  const state = heard(loaded(), [...many, event(81, 'something:new', {})]);
  const items = feed(state);
  assert.equal(items.length, feedLimit);
  assert.equal(items[0].seq, 80);
  assert.equal(state.cursor, 81);
});

test('what is no event changes nothing', () => {
  const state = loaded();
  for (const data of [undefined, null, 'text', {}, { id: 'x' }, { seq: 1 }, { id: 'x', seq: '1' }]) {
    assert.deepEqual(picture(reduce(state, { type: 'event', name: 'scouting:new-entry', data })), picture(state));
  }
  assert.equal(reduce(state, { type: 'unheard of' }), state);
});

test('the first event shown is the one that is named, runs, began last, or comes next', () => {
  const e = (eventCode, startsOn, endsOn, season = 2025) => ({ eventCode, season, startsOn, endsOn });
  const events = [e('PAST', '2026-01-10', '2026-01-10'), e('NOW', '2026-01-16', '2026-01-17'), e('NEXT', '2026-02-01', null),
    e('DATELESS', null, null), e('OLD', '2024-12-01', '2024-12-01', 2024)];
  const code = (today, wanted, list = events) => choose(list, today, wanted)?.eventCode;
  assert.equal(code('2026-01-17', null), 'NOW');
  assert.equal(code('2026-01-20', null), 'NOW');
  assert.equal(code('2026-01-12', null), 'PAST');
  assert.equal(code('2025-11-01', null), 'PAST');
  assert.equal(code('2026-01-17', { code: 'OLD', season: 0 }), 'OLD');
  assert.equal(code('2026-01-17', { code: 'OLD', season: 2025 }), 'NOW');
  assert.equal(code('2026-01-17', { code: 'GONE', season: 0 }), 'NOW');
  assert.equal(code('2026-01-17', null, [e('DATELESS', null, null)]), 'DATELESS');
  assert.equal(code('2026-03-01', null, [e('A2', '2026-02-01', null), e('A3', '2026-02-01', null), e('A1', '2026-02-01', null)]), 'A3');
  assert.equal(choose([], '2026-01-17', null), null);
});
