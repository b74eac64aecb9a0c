// State: what the page knows of one FTC event, and the board that follows from it.
//
// Events may come twice, late and in any order: from the socket, from the catch-up, from
// both. The same set of events always gives the same board. No DOM, no network, no clock.

/** feedLimit is how many items the feed shows. */
export const feedLimit = 50;

const noEpoch = '00000000-0000-0000-0000-000000000000';

/** start is the state before anything is known. */
export function start() {
  return {
    matches: [], // the schedule, as the API lists it
    items: new Map(), // id -> item, everything heard
    ahead: new Set(), // seqs heard beyond the cursor: between them something is missing
    cursor: 0, // everything up to this seq is known
    epoch: '', // of the log that the cursor counts in
    cut: false, // the log no longer has the beginning
  };
}

/**
 * reduce returns the state after an action:
 *   {type: 'schedule', matches}        the event's matches
 *   {type: 'event', name, data}        one event of the socket
 *   {type: 'page', after, page}        an answer of the catch-up that was asked after a seq
 */
export function reduce(state, action) {
  switch (action.type) {
    case 'schedule':
      return { ...state, matches: action.matches };
    case 'event':
      return advance(add(state, [action]));
    case 'page':
      return turn(state, action.after, action.page);
    default:
      return state;
  }
}

/** missing reports whether the socket has skipped something that the catch-up must fetch. */
export function missing(state) {
  return state.ahead.size > 0;
}

// turn takes a page of the log. A log that starts over, or another log, takes all that was
// known with it; asked from the start, a log that lost its beginning goes on from its head.
function turn(state, after, page) {
  const other = state.epoch && page.epoch && page.epoch !== noEpoch && page.epoch !== state.epoch;
  if (page.reset || other) {
    const fresh = { ...start(), matches: state.matches };
    if (page.reset && after === 0) return { ...fresh, cursor: page.next, epoch: page.epoch, cut: true };
    return after === 0 ? turn(fresh, 0, page) : fresh;
  }
  const epoch = page.epoch && page.epoch !== noEpoch ? page.epoch : state.epoch;
  const next = after <= state.cursor ? Math.max(state.cursor, page.next) : state.cursor;
  return advance({ ...add(state, page.events), epoch, cursor: next });
}

function add(state, events) {
  const items = new Map(state.items);
  const ahead = new Set(state.ahead);
  for (const { name, data } of events) {
    if (!data || typeof data.id !== 'string' || !Number.isSafeInteger(data.seq) || items.has(data.id)) continue;
    items.set(data.id, item(name, data));
    if (data.seq > state.cursor) ahead.add(data.seq);
  }
  return items.size === state.items.size ? state : { ...state, items, ahead };
}

// advance moves the cursor over everything that follows it without a gap.
function advance(state) {
  let cursor = state.cursor;
  while (state.ahead.has(cursor + 1)) cursor++;
  const ahead = new Set([...state.ahead].filter((seq) => seq > cursor));
  return { ...state, cursor, ahead };
}

const kinds = {
  'scouting:new-entry': 'entry',
  'match:started': 'started',
  'match:completed': 'completed',
  'analytics:epa-updated': 'rated',
};

function item(name, data) {
  return {
    id: data.id,
    seq: data.seq,
    at: Date.parse(data.at),
    kind: kinds[name] || 'other',
    level: data.level || data.tournamentLevel || 'qual',
    series: data.series || 0,
    number: data.matchNumber || 0,
    team: data.scoutedTeamNumber || 0,
    red: data.redTeams || [],
    blue: data.blueTeams || [],
    score: score(data),
  };
}

function score(data) {
  const red = data.red?.total ?? data.redTotal ?? data.redScore;
  const blue = data.blue?.total ?? data.blueTotal ?? data.blueScore;
  return Number.isFinite(red) && Number.isFinite(blue) ? { red, blue } : null;
}

/** feed lists the newest items first. */
export function feed(state, limit = feedLimit) {
  return [...state.items.values()].filter((i) => i.kind !== 'other').sort((a, b) => b.seq - a.seq).slice(0, limit);
}

/**
 * board is the picture: a row for each match in the order of the schedule, with its robots
 * and how often each was scouted. Matches and robots that the schedule does not have get
 * their place too, so that an unofficial event can be followed.
 */
export function board(state) {
  const rows = new Map();
  for (const m of state.matches) {
    const row = newRow(m.tournamentLevel, m.series, m.matchNumber, m.scheduledAt);
    row.robots = m.robots.map((r) => newRobot(r.alliance, r.station, r.teamNumber)).sort(byStation);
    rows.set(row.key, row);
  }
  const order = [...state.items.values()].sort((a, b) => a.seq - b.seq);
  const extra = new Map();
  for (const i of order) {
    if (i.kind === 'started' || i.kind === 'completed') mark(rows, extra, i);
    if (i.kind === 'entry') scout(rows, extra, i);
  }
  return [...rows.values(), ...[...extra.values()].sort(byMatch)];
}

function newRow(level, series, number, at) {
  return { key: `${level}/${series}/${number}`, level, series, number, at: at || null, status: '', score: null, robots: [] };
}

function newRobot(alliance, station, team) {
  const side = { RED: 'red', BLUE: 'blue' }[alliance] || 'none';
  return { side, place: side === 'none' ? '' : `${alliance[0]}${station}`, station, team, count: 0 };
}

// mark notes that a match runs or is over. The newest word counts, so a replay runs again.
function mark(rows, extra, i) {
  const key = `${i.level}/${i.series}/${i.number}`;
  let row = rows.get(key) || extra.get(key);
  if (!row) {
    row = newRow(i.level, i.series, i.number);
    extra.set(key, row);
  }
  if (row.robots.length === 0) {
    row.robots = [...i.red.map((t, n) => newRobot('RED', n + 1, t)), ...i.blue.map((t, n) => newRobot('BLUE', n + 1, t))];
  }
  row.status = i.kind;
  row.score = i.kind === 'completed' ? i.score : null;
}

// scout counts an entry for its robot. An entry of a playoff match may not tell the series;
// when the robot plays that number in several series, it counts in the totals only.
function scout(rows, extra, i) {
  const matching = [...rows.values()].filter((r) => r.level === i.level && r.number === i.number && (!i.series || r.series === i.series));
  const playing = matching.filter((r) => r.robots.some((robot) => robot.team === i.team));
  if (playing.length > 1) return;
  let row = playing[0] || (matching.length === 1 ? matching[0] : null);
  if (!row) {
    const fresh = newRow(i.level, i.series, i.number);
    row = extra.get(fresh.key) || fresh;
    extra.set(fresh.key, row);
  }
  let robot = row.robots.find((r) => r.team === i.team);
  if (!robot) {
    robot = newRobot('', 0, i.team);
    row.robots.push(robot);
    row.robots.sort(byStation);
  }
  robot.count++;
}

const sides = { red: 0, blue: 1, none: 2 };

function byStation(a, b) {
  return sides[a.side] - sides[b.side] || a.station - b.station || a.team - b.team;
}

const stages = { practice: 0, qual: 1, playoff: 2 };

function byMatch(a, b) {
  return (stages[a.level] ?? 3) - (stages[b.level] ?? 3) || a.series - b.series || a.number - b.number;
}

/** totals counts what the board shows. A match is covered when each of its robots is. */
export function totals(state, rows) {
  const robots = rows.flatMap((r) => r.robots);
  return {
    entries: [...state.items.values()].filter((i) => i.kind === 'entry').length,
    robots: robots.length,
    planned: robots.some((r) => r.side !== 'none'), // so the sums have a meaning
    robotsCovered: robots.filter((r) => r.count > 0).length,
    matches: rows.length,
    matchesCovered: rows.filter(covered).length,
  };
}

/** covered reports whether every robot of a match is scouted; unknown while nobody knows who plays. */
export function covered(row) {
  return row.robots.some((r) => r.side !== 'none') && row.robots.every((r) => r.count > 0);
}

/**
 * choose picks the event to show first: the one that is named, the one that runs today, the
 * last that has begun, the next to come; of the newest season. Of several on one day it is
 * the last by code.
 */
export function choose(events, today, wanted) {
  const named = events.find((e) => wanted && e.eventCode === wanted.code && (!wanted.season || e.season === wanted.season));
  if (named) return named;
  const newest = events.filter((e) => e.season === Math.max(...events.map((other) => other.season)));
  const day = (when) => (when || '').slice(0, 10);
  const order = (a, b) => day(a.startsOn).localeCompare(day(b.startsOn)) || a.eventCode.localeCompare(b.eventCode);
  const begun = newest.filter((e) => e.startsOn && day(e.startsOn) <= today).sort(order).reverse();
  const running = begun.find((e) => day(e.endsOn || e.startsOn) >= today);
  const coming = newest.filter((e) => day(e.startsOn) > today).sort(order);
  return running || begun[0] || coming[0] || newest[0] || null;
}
