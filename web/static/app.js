// App: finds the event, loads it, follows its channel, and draws. The parts it joins are
// state.js (what is known), live.js and api.js (the server), view.js (the page).

import * as api from './api.js';
import { follow } from './live.js';
import { board, choose, feed, missing, reduce, start, totals } from './state.js';
import { $, Board, Feed, drawFollowed, drawTotals, make, text } from './view.js';
import { count, dates, place, sentence, since } from './words.js';

const retryEvery = 5_000; // ms between tries while the server is away or has no event
const lookEvery = 60_000; // ms between looks for new events, and for a schedule that lacks something
const announceEvery = 5_000; // ms between two announcements to screen readers
const socketTime = 8_000; // ms that the socket has to open before the page says that it does without
const lostAfter = 30_000; // ms without a sign of life until the page calls itself offline

const page = {
  events: [],
  event: null,
  names: new Map(),
  state: start(),
  stop: () => {}, // ends following the event
  followed: 0, // team number
  drawn: false, // the first picture has been shown, from now on news flash
  scheduled: 0, // when the schedule was asked for
  looked: 0, // when the events were
  life: 0, // when the server last gave a sign
  connected: false, // the socket is
  polling: false, // the log answers while the socket is away
  opened: 0, // when the event was
  announced: 0,
  unannounced: [],
};

const boardView = new Board($('board'), followTeam);
const feedView = new Feed($('feed'));

function dispatch(action) {
  const before = page.state;
  page.state = reduce(before, action);
  if (page.state === before) return;
  if (page.drawn) {
    page.unannounced.push(...[...page.state.items.values()].filter((i) => !before.items.has(i.id) && i.kind !== 'other'));
  }
  drawSoon();
}

let waiting = false;

// drawSoon draws once for all that arrives within a frame.
function drawSoon() {
  if (waiting || !page.event) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
}

function draw() {
  const { state, names, event, followed } = page;
  const now = api.clock.now();
  const rows = board(state);
  const items = feed(state);
  const shown = boardView.draw(rows, { names, timezone: event.timezone, followed, onlyGaps: $('gaps').checked, flash: page.drawn });
  feedView.draw(items, names, now, page.drawn);
  drawTotals(totals(state, rows), items.find((i) => i.kind === 'entry'), now);
  drawFollowed(followed, rows, names);
  $('feed-note').hidden = items.length > 0;
  note($('board-note'), rows.length === 0 ? 'No schedule yet. Matches appear here as soon as they are known or a robot of theirs is scouted.'
    : shown === 0 ? 'Nothing to show: every match here is covered.'
      : state.matches.length === 0 ? 'No schedule yet: only the robots that were scouted are known.'
        : state.cut ? 'The server no longer has the oldest entries; they are missing here.' : '');
}

function note(element, words) {
  element.hidden = words === '';
  text(element, words);
}

function followTeam(team) {
  page.followed = page.followed === team ? 0 : team;
  drawSoon();
}

// announce tells screen readers what is new, a few times a minute at most.
function announce() {
  if (page.unannounced.length === 0 || Date.now() - page.announced < announceEvery) return;
  const last = page.unannounced.at(-1);
  const more = page.unannounced.length - 1;
  text($('announce'), more ? `${sentence(last)}, and ${count(more, 'more piece of news', 'more pieces of news')}` : sentence(last));
  page.unannounced = [];
  page.announced = Date.now();
}

// badge says how sure the picture is, by the last sign of life and not by hope.
function badge() {
  const quiet = Date.now() - page.life;
  let state = 'waiting';
  let words = 'connecting';
  if (page.life && quiet > lostAfter) [state, words] = ['offline', `offline · last seen ${since(quiet)} ago`];
  else if (page.life && !page.event) words = 'waiting for an event';
  else if (page.life && page.connected) [state, words] = ['live', `live · ${since(quiet)} ago`];
  else if (page.life && page.polling) [state, words] = ['polling', `polling · ${since(quiet)} ago`];
  else if (page.life && Date.now() - page.opened > socketTime) words = 'reconnecting';
  $('link').dataset.state = state;
  text($('link-text'), words);
}

function alive() {
  page.life = Date.now();
}

async function loadSchedule(event) {
  page.scheduled = Date.now();
  const matches = await api.schedule(event);
  alive();
  if (page.event === event) dispatch({ type: 'schedule', matches });
}

// refresh asks for the schedule again while it lacks something that was played or scouted.
function refresh() {
  if (!page.event || Date.now() - page.scheduled < lookEvery) return;
  const known = new Set(page.state.matches.map((m) => `${m.tournamentLevel}/${m.series}/${m.matchNumber}`));
  const lacks = known.size === 0 || board(page.state).some((row) => !known.has(row.key) || row.robots.some((r) => r.side === 'none'));
  if (lacks) loadSchedule(page.event).catch(() => {});
}

// look finds events that came up since. Who has not chosen one is taken along to it.
async function look() {
  if (!page.event || Date.now() - page.looked < lookEvery) return;
  page.looked = Date.now();
  const events = await api.events();
  if (events.map(id).join() === page.events.map(id).join()) return;
  page.events = events;
  drawPicker(events);
  $('pick').value = id(page.event);
  const event = first();
  if (event && id(event) !== id(page.event)) await open(event);
}

// first is the event that the address names, or else the one that is on.
function first() {
  return choose(page.events, new Date(api.clock.now()).toISOString().slice(0, 10), wanted());
}

/** open shows an event and follows it. */
async function open(event) {
  page.stop();
  Object.assign(page, { event, state: start(), names: new Map(), followed: 0, drawn: false, polling: false, opened: Date.now(), unannounced: [] });
  drawEvent(event);
  const [config, names] = await Promise.all([
    api.realtime(),
    api.teams(event),
    loadSchedule(event),
  ]);
  if (page.event !== event) return; // another was chosen meanwhile
  page.names = names;
  page.stop = follow(`event-${event.season}-${event.eventCode}`, config, {
    cursor: () => page.state.cursor,
    gap: () => missing(page.state),
    onEvent: (name, data) => dispatch({ type: 'event', name, data }),
    onPage(after, answer) {
      dispatch({ type: 'page', after, page: answer });
      if (page.state.cursor < after) page.drawn = false; // all over again, and nothing of it is news
      page.polling = !page.connected && Date.now() - page.opened > socketTime;
      if (page.state.cursor >= answer.head) firstPicture();
    },
    onLife: alive,
    onSocket(connected) {
      page.connected = connected;
      page.polling = false;
      badge();
    },
  });
  drawSoon();
}

// firstPicture draws what was there already without flashing it.
function firstPicture() {
  if (page.drawn) return;
  draw();
  page.drawn = true;
}

function drawEvent(event) {
  document.title = `${event.name || event.eventCode} - FTC Metrics live scouting`;
  text($('season'), `${event.seasonName} · ${event.season}–${(event.season + 1) % 100}`);
  text($('event-name'), event.name || event.eventCode);
  text($('place'), [place(event), dates(event.startsOn, event.endsOn)].filter(Boolean).join(' · ') || `Event ${event.eventCode}`);
  $('pick').value = id(event);
  $('event').hidden = $('main').hidden = false;
  $('notice').hidden = true;
}

const id = (event) => `${event.season}/${event.eventCode}`;

function drawPicker(events) {
  const groups = new Map();
  for (const event of events) {
    const name = `${event.seasonName} ${event.season}`;
    if (!groups.has(name)) groups.set(name, Object.assign(document.createElement('optgroup'), { label: name }));
    const option = make('option', '', event.name || event.eventCode);
    option.value = id(event);
    groups.get(name).append(option);
  }
  $('pick').replaceChildren(...groups.values());
  $('picker').hidden = events.length < 2;
}

function notice(title, words, steps) {
  text($('notice-title'), title);
  text($('notice-text'), words);
  $('steps').hidden = !steps;
  $('notice').hidden = false;
  $('event').hidden = $('main').hidden = true;
}

function wanted() {
  const query = new URLSearchParams(location.search);
  const code = (query.get('event') || '').toUpperCase();
  return code ? { code, season: Number(query.get('season')) || 0 } : null;
}

let retry = 0;

// begin looks for an event until there is one, and shows it.
async function begin() {
  clearTimeout(retry);
  let pause = retryEvery;
  try {
    page.looked = Date.now();
    page.events = await api.events();
    alive();
    drawPicker(page.events);
    const event = first();
    if (event) {
      await open(event);
      return;
    }
    notice('No event yet', 'This server follows FTC events and has none so far. The page goes on by itself as soon as there is one.', true);
  } catch (failure) {
    pause = Math.max(pause, failure.retryAfter || 0);
    notice('The server does not answer', 'Trying again every few seconds. Nothing that was saved is lost.', false);
  }
  retry = setTimeout(begin, pause);
}

$('pick').addEventListener('change', () => {
  const event = page.events.find((e) => id(e) === $('pick').value);
  history.pushState(null, '', `?season=${event.season}&event=${encodeURIComponent(event.eventCode)}`);
  begin();
});
addEventListener('popstate', begin);
$('gaps').addEventListener('change', drawSoon);
$('unfocus').addEventListener('click', () => followTeam(page.followed));
addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && page.followed) followTeam(page.followed);
});
setInterval(() => {
  badge();
  announce();
  refresh();
  look().catch(() => {}); // the next look is soon
}, 1_000);
setInterval(() => feedView.tick(api.clock.now()), 15_000);

begin();
