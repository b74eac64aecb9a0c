import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ago, clock, count, dates, matchCode, matchName, place, sentence, since } from '../static/words.js';

test('matches', () => {
  for (const [level, series, number, name, code] of [
    ['qual', 0, 12, 'Qual 12', 'Q12'],
    ['practice', 0, 3, 'Practice 3', 'T3'],
    ['playoff', 3, 1, 'Playoff 3', 'P3'],
    ['playoff', 3, 2, 'Playoff 3, replay 1', 'P3.2'],
    ['playoff', 0, 1, 'Playoff', 'P1'],
  ]) {
    assert.equal(matchName({ level, series, number }), name);
    assert.equal(matchCode({ level, series, number }), code);
  }
});

test('how long ago, where the minute is all that is known', () => {
  const now = Date.parse('2026-01-17T12:00:30Z');
  for (const [at, words] of [
    ['2026-01-17T12:00:00Z', 'just now'], ['2026-01-17T11:59:00Z', 'just now'], ['2026-01-17T11:58:00Z', '2 min ago'],
    ['2026-01-17T12:03:00Z', 'just now'], ['2026-01-17T11:00:00Z', '1 h ago'], ['2026-01-16T11:00:00Z', 'yesterday'], ['2026-01-10T11:00:00Z', '7 days ago'],
  ]) assert.equal(ago(Date.parse(at), now), words, at);
});

test('signs of life', () => {
  assert.deepEqual([-50, 0, 2_600, 59_400, 61_000, 7_200_000].map(since), ['0 s', '0 s', '3 s', '59 s', '1 min', '2 h']);
});

test('dates and times of the event, not of the reader', () => {
  assert.equal(dates('2026-01-17T00:00:00Z', '2026-01-17T00:00:00Z', 'en'), 'Jan 17, 2026');
  assert.match(dates('2026-01-17T00:00:00Z', '2026-01-18T00:00:00Z', 'en'), /^Jan 17\s–\s18, 2026$/);
  assert.deepEqual([dates(null, null), dates('soon', null)], ['', '']);
  assert.equal(clock('2026-01-17T18:05:00Z', 'America/New_York', 'en-US'), '1:05');
  assert.equal(clock('2026-01-17T18:05:00Z', 'Europe/Berlin', 'de'), '19:05');
  assert.equal(clock(null), '');
  assert.match(clock('2026-01-17T18:05:00Z', 'Nowhere/Else', 'en-US'), /^\d+:05$/);
});

test('places', () => {
  assert.equal(place({ venue: 'Gym', city: 'Raleigh', region: 'NC', country: 'USA' }), 'Gym, Raleigh, NC, USA');
  assert.equal(place({ venue: '', city: 'Singapore', region: '', country: 'Singapore' }), 'Singapore');
});

test('sentences of the feed', () => {
  const q12 = { level: 'qual', series: 0, number: 12 };
  assert.equal(sentence({ kind: 'entry', team: 8569, ...q12 }), 'Team 8569 scouted in Qual 12');
  assert.equal(sentence({ kind: 'started', ...q12 }), 'Qual 12 has started');
  assert.equal(sentence({ kind: 'completed', score: { red: 54, blue: 48 }, ...q12 }), 'Qual 12 is over, red 54 : 48 blue');
  assert.equal(sentence({ kind: 'completed', score: null, ...q12 }), 'Qual 12 is over');
  assert.equal(sentence({ kind: 'rated', ...q12 }), 'Ratings updated after Qual 12');
  assert.equal(sentence({ kind: 'rated', level: 'qual', series: 0, number: 0 }), 'Ratings updated');
});

test('counts', () => {
  assert.deepEqual([count(1, 'entry', 'entries'), count(2, 'entry', 'entries'), count(0, 'robot')], ['1 entry', '2 entries', '0 robots']);
});
