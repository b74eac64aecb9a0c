// Live: one channel, followed by the socket and, wherever that has a gap, by the log.

import { news } from './api.js';

const pollEvery = 10_000; // ms between looks at the log while there is no socket

/**
 * follow keeps a channel up to date until the function it returns is called.
 *   config                 answer of /api/realtime/config, or null when only the log is to be asked
 *   cursor()               the seq up to which everything is known
 *   gap()                  the socket has skipped something
 *   onEvent(name, data)    one event of the socket
 *   onPage(after, page)    one answer of the log
 *   onLife()               the server has given a sign of life
 *   onSocket(connected)    the socket came or went
 */
export function follow(channel, config, { cursor, gap, onEvent, onPage, onLife, onSocket }) {
  let over = false;
  let connected = false;
  let reading = null;
  let owed = true; // something may be in the log that has not been read
  let notBefore = 0;

  async function read() {
    for (let more = true; more && !over; ) {
      const after = cursor();
      const page = await news(channel, after);
      if (over) return;
      onLife();
      onPage(after, page);
      more = cursor() < page.head && cursor() !== after;
    }
  }

  // catchUp reads the log; asked for while it reads, it reads once more. A failure stays
  // owed, and the poll tries again.
  function catchUp() {
    owed = true;
    if (over || reading || Date.now() < notBefore) return;
    owed = false;
    reading = read()
      .then(() => owed, (failure) => {
        owed = true;
        notBefore = Date.now() + (failure.retryAfter || 0);
        return false;
      })
      .then((more) => {
        reading = null;
        if (more) catchUp();
      });
  }

  const pusher = config && socket(config);
  if (pusher) {
    pusher.connection.bind('message', onLife);
    pusher.connection.bind('state_change', ({ current }) => {
      connected = current === 'connected';
      onSocket(connected);
    });
    const subscription = pusher.subscribe(channel);
    subscription.bind('pusher:subscription_succeeded', catchUp);
    subscription.bind_global((name, data) => {
      if (name.startsWith('pusher:')) return;
      onEvent(name, data);
      if (gap()) catchUp();
    });
  }
  const poll = setInterval(() => {
    if (!connected || owed || gap()) catchUp();
  }, pollEvery);
  const awake = () => {
    if (document.visibilityState === 'visible') catchUp();
  };
  document.addEventListener('visibilitychange', awake);
  addEventListener('online', awake);
  catchUp();

  return function stop() {
    over = true;
    clearInterval(poll);
    document.removeEventListener('visibilitychange', awake);
    removeEventListener('online', awake);
    if (pusher) pusher.disconnect();
  };
}

// socket opens the hub on the page's own address, or the server that the config names. A
// server without sockets is followed by the log alone.
function socket({ driver, key, host, port, tls, cluster }) {
  if (!globalThis.Pusher || !key || driver === 'disabled') return null;
  const secure = location.protocol === 'https:';
  const own = Number(location.port) || (secure ? 443 : 80);
  const at = driver === 'embedded' ? own : port;
  const elsewhere = driver === 'pusher' && !host; // Pusher's own address
  return new globalThis.Pusher(key, {
    ...(elsewhere ? {} : {
      wsHost: (driver !== 'embedded' && host) || location.hostname,
      ...(at ? { wsPort: at, wssPort: at } : {}),
    }),
    forceTLS: secure || (driver !== 'embedded' && tls),
    enabledTransports: ['ws', 'wss'],
    disableStats: true,
    cluster: cluster || '',
    activityTimeout: 10_000, // so that the badge's sign of life is never old
    pongTimeout: 5_000,
  });
}
