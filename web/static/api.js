// API: answers of the server's REST side, its clock, and when it last gave a sign of life.

/** Failure is an answer that is no success, or none at all (status 0). */
export class Failure extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter; // ms
  }
}

const patience = 10_000; // ms until a silent server counts as away

/** clock follows the server's: phones are often minutes off. */
export const clock = {
  skew: 0,
  now() {
    return Date.now() + this.skew;
  },
};

/** get returns the data of a successful answer and throws a Failure otherwise. */
export async function get(path) {
  const asked = Date.now();
  let answer, body;
  try {
    answer = await fetch(path, { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(patience) });
    body = await answer.json();
  } catch (cause) {
    throw new Failure(answer?.status ?? 0, cause.message, 0);
  }
  const date = Date.parse(answer.headers.get('Date') || '');
  const skew = date - (asked + Date.now()) / 2;
  clock.skew = Math.abs(skew) > 2_000 ? skew : 0; // the header has whole seconds
  if (!answer.ok || !body.success) {
    throw new Failure(answer.status, body.error || answer.statusText, 1000 * Number(answer.headers.get('Retry-After') || 0));
  }
  return body.data;
}

/** events lists the FTC events of every season that has some, newest season first. */
export async function events() {
  const seasons = await get('/api/seasons');
  const lists = await Promise.all(seasons.map((s) => get(`/api/events?season=${s.season}`)));
  return seasons.flatMap((s, i) => lists[i].map((event) => ({ ...event, seasonName: s.name })));
}

const at = (event, what) => `/api/events/${encodeURIComponent(event.eventCode)}/${what}?season=${event.season}`;

/** schedule lists the event's matches with their robots. */
export const schedule = (event) => get(at(event, 'schedule'));

/** teams maps the numbers of the event's teams to their names. */
export async function teams(event) {
  return new Map((await get(at(event, 'teams'))).map((t) => [t.teamNumber, t.name]));
}

/** realtime tells how to reach the hub. */
export const realtime = () => get('/api/realtime/config');

/** news is a page of a channel's events after a seq. */
export const news = (channel, after) => get(`/api/channels/${channel}/events?after=${after}&limit=500`);
