// Words: how matches, times, places and news are put. No DOM, no network.

const levels = { qual: ['Qual', 'Q'], playoff: ['Playoff', 'P'], practice: ['Practice', 'T'] };

/** matchName is a match in words: "Qual 12", "Playoff 3", "Playoff 3, replay 1". */
export function matchName({ level, series, number }) {
  const name = (levels[level] || [level || 'Match'])[0];
  if (level !== 'playoff') return `${name} ${number}`;
  if (!series) return name; // an event that does not tell the series
  return number > 1 ? `${name} ${series}, replay ${number - 1}` : `${name} ${series}`;
}

/** matchCode is a match in a few letters: "Q12", "P3". */
export function matchCode({ level, series, number }) {
  const letter = (levels[level] || ['', 'M'])[1];
  if (level !== 'playoff' || !series) return `${letter}${number}`;
  return number > 1 ? `${letter}${series}.${number}` : `${letter}${series}`;
}

/**
 * ago says how long ago an instant was. Public events tell the minute only, so anything
 * younger than two minutes is "just now".
 */
export function ago(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 2) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** since is a short stretch of time with seconds, for signs of life. */
export function since(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

/** dates is an event's first and last day: "Mar 7, 2026", "Mar 7 – 8, 2026". */
export function dates(startsOn, endsOn, locale) {
  if (!startsOn) return '';
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const first = new Date(startsOn);
  const last = new Date(endsOn || startsOn);
  if (Number.isNaN(first.getTime())) return '';
  if (Number.isNaN(last.getTime()) || last <= first) return day.format(first);
  return day.formatRange(first, last);
}

/** place is where an event is, as far as that is known. */
export function place({ venue, city, region, country }) {
  return [venue, city, region, country].filter((part, i, all) => part && all.indexOf(part) === i).join(', ');
}

/** clock is a match's time of day at the event, short: nobody plays at night. */
export function clock(at, timezone, locale) {
  if (!at) return '';
  const options = { hour: 'numeric', minute: '2-digit' };
  let format;
  try {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: timezone || undefined });
  } catch {
    format = new Intl.DateTimeFormat(locale, options); // an unknown zone
  }
  return format.formatToParts(new Date(at)).filter((part) => part.type !== 'dayPeriod').map((part) => part.value).join('').trim();
}

/** count puts a number before its noun: "1 entry", "2 entries". */
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

/** sentence tells one item of the feed. */
export function sentence(item) {
  switch (item.kind) {
    case 'entry':
      return `Team ${item.team} scouted in ${matchName(item)}`;
    case 'started':
      return `${matchName(item)} has started`;
    case 'completed':
      return item.score ? `${matchName(item)} is over, red ${item.score.red} : ${item.score.blue} blue` : `${matchName(item)} is over`;
    case 'rated':
      return item.number ? `Ratings updated after ${matchName(item)}` : 'Ratings updated';
    default:
      return item.kind;
  }
}
