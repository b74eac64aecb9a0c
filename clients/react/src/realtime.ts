/** Tier is how much it matters to be up to date where there is no socket. */
export type Tier = "critical" | "high" | "medium" | "low";

/** ConnectionState says by which way news arrive, if they do. */
export type ConnectionState = "connecting" | "connected" | "polling" | "offline";

interface Channel {
  subscribed: boolean;
  members?: { members: Record<string, unknown>; myID: string | null };
  bind_global(callback: (event: string, data: any) => void): unknown;
  unbind_global(callback: (event: string, data: any) => void): unknown;
  subscribe(): void;
}

/**
 * Socket is what is used of a pusher-js client. Its own types are not, so that any version 8,
 * and a stand-in of an application's tests, will do.
 */
export interface Socket {
  connection: {
    state: string;
    bind(event: string, callback: (data: any) => void): unknown;
    unbind(event: string, callback: (data: any) => void): unknown;
  };
  channel(name: string): Channel | undefined;
  subscribe(name: string): Channel;
  unsubscribe(name: string): void;
  disconnect(): void;
}

/** Config is what GET /api/realtime/config tells. */
interface Config {
  driver: string;
  key: string;
  host: string;
  port: number;
  tls: boolean;
  cluster?: string;
  authEndpoint: string;
  polling: Record<Tier, number>;
}

/** Page is a stretch of a channel's log. */
interface Page {
  events: { seq: number; name: string; data: unknown }[];
  head: number;
  epoch: string;
  reset: boolean;
}

/** Listener is one component that wants one event. */
export interface Listener {
  event: string;
  tier?: Tier;
  onEvent(data: unknown): void;
  onReset(): void;
}

/** Members is who is in a presence channel. */
export interface Members {
  members: Map<string, unknown>;
  myId: string | null;
}

/** Line is one channel, however many components use it, and how far its log has been told. */
export interface Line {
  name: string;
  listeners: Set<Listener>;
  watchers: Set<() => void>; // its users; called when live or present change
  live: boolean; // news arrive
  present: Members;
  channel?: Channel;
  leave?: () => void; // leaves the channel
  last?: number; // seq of the last event told; unknown until the log was asked
  epoch?: string; // of the log
  busy?: boolean; // reading the log
  again?: boolean; // read once more after that
  closed?: boolean; // the log is, to us
  tries: number; // that failed, since the last that did not
}

export interface RealtimeOptions {
  url?: string;
  token: () => string | null | undefined;
  client?: Socket;
  tier?: Tier;
}

/** nobody is the members of a channel that is not joined. */
export const nobody: Members = { members: new Map(), myId: null };

const grace = 250; // ms that a channel is kept when nobody uses it: a page is changing
const patience = 5_000; // ms without socket until polling begins

/**
 * createRealtime follows channels: by the socket, by the log wherever that has a gap, and by
 * the log alone while there is no socket. What it tells is in order of seq, without gaps and
 * each event once. It opens with the first user and closes after the last.
 */
export function createRealtime({ url, token, client, tier = "high" }: RealtimeOptions) {
  const lines = new Map<string, Line>();
  const watchers = new Set<() => void>();
  const timers: Record<string, ReturnType<typeof setTimeout> | undefined> = {};
  let state: ConnectionState = "connecting";
  let opened = false;
  let tiers: Config["polling"] | undefined;
  let hub = ""; // as the server has told how to reach it
  let socket: Socket | undefined;
  let polling = false;
  let refused = 0; // times that the server ended the socket for good, since it last connected

  const headers = (): Record<string, string> => (token() ? { Authorization: "Bearer " + token() } : {});
  const address = (path: string) => new URL(path, url || location.href);

  async function ask(path: string) {
    const answer = await fetch(address(path), { headers: headers(), credentials: "include", signal: AbortSignal.timeout(15_000) });
    if (!answer.ok) throw answer;
    return (await answer.json()).data;
  }

  // later sets the one timer of its key, or without a call clears it.
  function later(key: string, ms?: number, call?: () => void) {
    clearTimeout(timers[key]);
    timers[key] = call && setTimeout(call, ms);
  }

  function become(next: ConnectionState) {
    state = next;
    watchers.forEach((call) => call());
  }

  function show(line: Line, change: Partial<Line>) {
    Object.assign(line, change);
    line.watchers.forEach((call) => call());
  }

  function open() {
    if (opened) return;
    opened = true;
    state = "connecting";
    if (client) attach(client);
    globalThis.addEventListener?.("visibilitychange", connect);
    connect();
  }

  function close() {
    if (lines.size + watchers.size > 0) return;
    opened = false;
    detach();
    later("connect");
    globalThis.removeEventListener?.("visibilitychange", connect);
  }

  // connect asks how to reach the server: until it says so, and then now and again, because its sockets may move.
  async function connect() {
    try {
      const told: Config = await ask("/api/realtime/config");
      tiers = told.polling;
      const here = JSON.stringify([told.key, options(told)]);
      if (client) hub = here;
      else if (hub !== here) {
        const Pusher = told.key && (await import("pusher-js")).default;
        if (!opened) return;
        detach();
        hub = here;
        if (!Pusher) poll();
        else {
          Pusher.logToConsole ||= debugged();
          attach(new Pusher(told.key, options(told)) as unknown as Socket);
        }
      }
    } catch {
      if (!socket) become("offline");
    }
    if (opened) later("connect", hub ? 4 * backOff(9) : backOff(2), connect);
  }

  // options finds the embedded hub on the API's own address. Where the server names another,
  // that is used.
  function options({ driver, host, port, tls, cluster = "", authEndpoint }: Config) {
    const api = address("/");
    if (driver === "embedded" && !host) port = +api.port;
    return {
      cluster,
      wsHost: host || (cluster ? "" : api.hostname), // without one pusher-js takes the cluster's
      wsPort: port,
      wssPort: port,
      forceTLS: tls || api.protocol === "https:",
      enabledTransports: ["ws", "wss"] as ("ws" | "wss")[],
      pongTimeout: 8_000, // hall Wi-Fi dies silently
      channelAuthorization: { endpoint: address(authEndpoint).href, transport: "ajax" as const, headersProvider: headers },
    };
  }

  // detach leaves the hub. The lines keep their places in the log.
  function detach() {
    hub = "";
    later("poll");
    socket?.connection.unbind("state_change", turned);
    lines.forEach((line) => line.leave?.());
    if (!client) socket?.disconnect();
    socket = undefined;
  }

  function attach(made: Socket) {
    socket = made;
    made.connection.bind("state_change", turned);
    turned();
    lines.forEach(join);
  }

  // turned follows the state of the socket.
  function turned() {
    if (socket?.connection.state === "connected") {
      polling = false;
      refused = 0;
      later("poll");
      become("connected");
    } else if (!polling) {
      lines.forEach((line) => show(line, { live: false }));
      become("connecting");
      later("poll", patience, poll);
    }
    // pusher-js does not come back after 4009, by which the server ends what somebody may no longer hear. What they
    // still may is asked for on a new socket.
    if (!client && socket?.connection.state === "disconnected") {
      hub = "";
      later("connect", backOff(refused++), connect);
    }
  }

  function poll() {
    polling = true;
    become("polling");
    later("connect", 0, connect);
    lines.forEach((line) => {
      show(line, { present: nobody });
      read(line);
    });
  }

  // join subscribes a line, or takes over what the application has subscribed itself.
  function join(line: Line) {
    if (!socket || line.channel) return;
    const { name } = line;
    const from = socket;
    const theirs = from.channel(name);
    const channel = theirs || from.subscribe(name);
    const count = () => {
      const { members, myID } = channel.members ?? {};
      if (members) show(line, { present: { members: new Map(Object.entries(members)), myId: myID! } });
    };
    const joined = () => {
      count();
      line.closed = false;
      if (wanted(line)) read(line);
      else show(line, { live: true });
    };
    const heard = (event: string, data: any) => {
      if (event === "pusher:subscription_succeeded") joined();
      else if (event === "pusher:subscription_error") {
        show(line, { live: false });
        if (!final(data)) later("join " + name, backOff(line.tries++), () => channel.subscribe());
      } else if (/:member_/.test(event)) count();
      hear(line, event, data);
    };
    channel.bind_global(heard);
    line.channel = channel;
    line.leave = () => {
      channel.unbind_global(heard);
      line.channel = undefined;
      later("join " + name);
      if (!theirs) from.unsubscribe(name);
    };
    if (channel.subscribed) joined();
  }

  // tell calls the listeners of the event; without one all of them hear that the log started
  // over. One that fails harms no other.
  function tell(line: Line, event?: string, data?: unknown) {
    line.listeners.forEach((listener) => {
      try {
        if (!event) listener.onReset();
        else if (listener.event === event) listener.onEvent(data);
      } catch (error) {
        reportError(error);
      }
    });
  }

  // hear takes an event of the socket. What is not of the log, or of one that is closed to us,
  // is told as it comes.
  function hear(line: Line, event: string, data: any) {
    const seq = data?.id && data.seq;
    if (!seq || line.closed) tell(line, event, data);
    else if (seq === (line.last ??= seq - 1) + 1 && !data.ref) {
      line.last = seq;
      tell(line, event, data);
    } else if (seq > line.last) read(line);
  }

  // read tells what the log has after the last event; the first time it only finds where the
  // log stands. Without socket it comes again as often as the line's tier says.
  async function read(line: Line) {
    const { name } = line;
    const path = `/api/channels/${name}/events?limit=`; // names need no escapes
    line.again = true;
    if (line.busy || !wanted(line)) return;
    line.busy = true;
    let failed = false;
    try {
      while (line.again && lines.get(name) === line) {
        line.again = false;
        const { last, epoch } = line;
        const page: Page = await ask(path + (last === undefined ? 1 : `500&after=${last}&epoch=${epoch}`));
        line.epoch = page.epoch;
        if (last === undefined) line.last ??= page.head;
        else {
          if (page.reset) {
            line.last = page.head;
            tell(line);
          }
          for (const { seq, name, data } of page.events) {
            if (seq <= line.last!) continue;
            line.last = seq;
            tell(line, name, data);
          }
        }
        line.again ||= line.last! < page.head;
      }
      line.closed = false;
      line.tries = 0;
    } catch (refusal) {
      line.closed = final(refusal);
      failed = !line.closed;
    }
    line.busy = false;
    show(line, { live: !failed && (polling ? !line.closed : !!line.channel?.subscribed) });
    if (polling) become(failed ? "offline" : "polling");
    if (failed || polling) later("read " + name, failed ? backOff(line.tries++) : pause(line), () => read(line));
  }

  const pause = ({ listeners }: Line) => 1000 * Math.min(30, ...[...listeners].map((l) => tiers?.[l.tier ?? tier] ?? 5));

  return {
    /** state returns by which way news arrive. */
    state: () => state,
    /** line returns the channel's line if anybody uses it. */
    line: (name: string) => lines.get(name),
    /** watch calls back when state changes, until the function it returns is called. */
    watch(changed: () => void) {
      watchers.add(changed);
      open();
      return () => {
        watchers.delete(changed);
        later("close", grace, close);
      };
    },
    /** use keeps a channel subscribed until the function it returns is called. */
    use(name: string, changed: () => void, listener?: Listener) {
      const line: Line = lines.get(name) ?? { name, listeners: new Set(), watchers: new Set(), live: false, present: nobody, tries: 0 };
      lines.set(name, line);
      line.watchers.add(changed);
      if (listener) line.listeners.add(listener);
      open();
      join(line);
      if (line.last === undefined && !line.busy) read(line);
      return () => {
        line.watchers.delete(changed);
        if (listener) line.listeners.delete(listener);
        later("drop " + name, grace, () => {
          if (line.watchers.size > 0) return;
          line.leave?.();
          lines.delete(name);
          close();
        });
      };
    },
  };
}

export type Realtime = ReturnType<typeof createRealtime>;

// debugged reports whether this page, or this browser, is to tell what goes over the socket.
function debugged() {
  try {
    return location.search.includes("debug=realtime") || localStorage.debug === "realtime";
  } catch {
    return false; // no storage here
  }
}

// wanted reports whether anybody listens to events of the log.
const wanted = ({ listeners }: Line) => [...listeners].some(({ event }) => !/^(pusher:|client-)/.test(event));

// final reports whether a refusal stays one when it is asked for again. An unknown token may
// become another, and too many requests fewer.
const final = (refusal: any) => /^4(?!01|29)/.test(refusal.status);

// backOff grows to half a minute and is never the same for two clients.
const backOff = (tries: number) => Math.min(30_000, 500 * 2 ** tries) * (1 + Math.random());
