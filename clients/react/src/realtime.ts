import { Line, type Listener, type Page, nobody } from "./line.js";
import { type Channel, type Config, type Socket, type Tier, openSocket } from "./socket.js";

/** ConnectionState says by which way news arrive, if they do. */
export type ConnectionState = "connecting" | "connected" | "polling" | "offline";

export interface RealtimeOptions {
  /** Address of the server; left out it is the page's own. */
  url?: string;
  /** Bearer token; left out, the session cookie is used. */
  token?: () => string | null | undefined | Promise<string | null | undefined>;
  /** A pusher-js client of the application's; left out, one is made as the server says. */
  client?: Socket;
  /** For listeners that do not say. */
  tier?: Tier;
}

const grace = 250; // ms that a channel is kept when nobody uses it: a page is changing
const patience = 5_000; // ms without socket until polling begins

class Refusal extends Error {
  constructor(readonly status: number, readonly wait: number) {
    super(`The server answers ${status}.`);
  }
}

type Synced = Page & { channel: string; denied?: object };

/**
 * Realtime follows channels: by the socket, by the log wherever that has a gap, and by polls
 * while there is no socket. It opens with the first user and closes after the last.
 */
export class Realtime {
  state: ConnectionState = "connecting";
  private lines = new Map<string, Line>();
  private watchers = new Set<() => void>();
  private open?: AbortController; // of the present opening; aborted when it closes
  private config?: Config;
  private socket?: Socket;
  private polling = false;
  private since = ""; // cursor of the polls
  private sights?: Promise<void>;
  private timers = new Map<unknown, ReturnType<typeof setTimeout>>();
  private failures = 0;

  constructor(private readonly options: RealtimeOptions) {}

  /** watchState calls back when state changes, until the function it returns is called. */
  watchState(changed: () => void): () => void {
    this.watchers.add(changed);
    this.start();
    return () => {
      this.watchers.delete(changed);
      this.later("close", grace, () => this.closeUnused());
    };
  }

  /** line returns the channel's line if anybody uses it. */
  line(name: string): Line | undefined {
    return this.lines.get(name);
  }

  /** use keeps a channel subscribed until the function it returns is called. */
  use(name: string, changed: () => void, listener?: Listener): () => void {
    let line = this.lines.get(name);
    if (!line) this.lines.set(name, (line = new Line(name)));
    const used = line;
    used.users++;
    used.watchers.add(changed);
    if (listener) used.listeners.add(listener);
    this.start();
    this.join(used);
    this.sight();
    if (this.polling) this.schedule();
    return () => {
      used.watchers.delete(changed);
      if (listener) used.listeners.delete(listener);
      if (--used.users === 0) this.later("drop " + name, grace, () => this.drop(used));
    };
  }

  private drop(line: Line): void {
    if (line.users > 0) return;
    line.release?.();
    this.lines.delete(line.name);
    this.closeUnused();
  }

  private start(): void {
    if (this.open) return;
    this.open = new AbortController();
    globalThis.addEventListener?.("online", this.refresh);
    globalThis.document?.addEventListener("visibilitychange", this.refresh);
    void this.connect(this.open.signal);
  }

  private closeUnused(): void {
    if (!this.open || this.lines.size > 0 || this.watchers.size > 0) return;
    this.open.abort();
    this.open = undefined;
    globalThis.removeEventListener?.("online", this.refresh);
    globalThis.document?.removeEventListener("visibilitychange", this.refresh);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.socket?.connection.unbind("state_change", this.turned);
    if (!this.options.client) this.socket?.disconnect();
    this.socket = this.config = undefined;
    this.polling = false;
    this.since = "";
    this.become("connecting");
  }

  // connect asks how to reach the server, until it says so.
  private async connect(signal: AbortSignal): Promise<void> {
    const { client } = this.options;
    if (client && !this.socket) this.attach(client);
    try {
      const config = await this.get<Config>("/api/realtime/config");
      if (signal.aborted) return;
      this.config = config;
      if (client) return;
      if (config.driver === "disabled" || !config.key) return void this.poll();
      const socket = await openSocket(config, this.api(), this.authorize);
      if (signal.aborted) socket.disconnect();
      else this.attach(socket);
    } catch (error) {
      if (signal.aborted) return;
      if (!client) this.become("offline");
      this.later("connect", this.pause(error), () => this.connect(signal));
    }
  }

  private attach(socket: Socket): void {
    this.socket = socket;
    socket.connection.bind("state_change", this.turned);
    this.turned();
    for (const line of this.lines.values()) this.join(line);
  }

  // turned follows the state of the socket.
  private turned = (): void => {
    const connected = this.socket?.connection.state === "connected";
    if (connected) {
      this.later("patience");
      this.later("poll");
      this.polling = false;
      this.since = "";
      this.failures = 0;
      this.become("connected");
    } else if (!this.polling) {
      for (const line of this.lines.values()) line.set({ live: false });
      this.become(this.state === "offline" ? "offline" : "connecting");
      if (!this.timers.has("patience")) this.later("patience", patience, () => this.poll());
    }
  };

  // join subscribes a line, or takes over what the application has subscribed itself.
  private join(line: Line): void {
    const { socket } = this;
    if (!socket || line.channel) return;
    const theirs = socket.channel(line.name);
    const channel: Channel = theirs ?? socket.subscribe(line.name);
    let tries = 0;
    const heard = (event: string, data: any): void => {
      if (event === "pusher:subscription_succeeded") {
        tries = 0;
        this.joined(line);
      } else if (event === "pusher:subscription_error") {
        line.set({ live: false });
        const status = data?.status ?? this.refused.get(line.name) ?? 0;
        if (status < 400 || status >= 500 || status === 429) this.later(channel, backOff(++tries), () => channel.subscribe());
      } else if (event.startsWith("pusher:member_")) this.count(line);
      if (line.hear(event, data)) void this.read(line);
    };
    channel.bind_global(heard);
    line.channel = channel;
    line.release = () => {
      channel.unbind_global(heard);
      this.later(channel);
      if (!theirs) socket.unsubscribe(line.name);
      line.channel = line.release = undefined;
    };
    if (channel.subscribed) this.joined(line);
  }

  private joined(line: Line): void {
    this.count(line);
    line.denied = false;
    if (line.last === undefined && line.wanted) return this.sight();
    if (line.last !== undefined) void this.read(line);
    line.set({ live: true });
  }

  private count(line: Line): void {
    const members = line.channel?.members;
    if (members) line.set({ present: { members: new Map(Object.entries(members.members)), myId: members.myID } });
  }

  private refused = new Map<string, number>(); // status by channel

  private authorize = async (endpoint: string, channel: string, socketId: string): Promise<unknown> => {
    this.refused.delete(channel);
    const body = new URLSearchParams({ socket_id: socketId, channel_name: channel });
    const answer = await this.fetch(endpoint, { method: "POST", body });
    if (answer.ok) return answer.json();
    this.refused.set(channel, answer.status);
    throw new Refusal(answer.status, 0);
  };

  // sight finds where the logs of new lines stand, all that were added at once with one call.
  private sight(): void {
    const fresh = (): Line[] => [...this.lines.values()].filter((line) => line.last === undefined && !line.denied && line.wanted);
    this.sights ??= Promise.resolve()
      .then(() => this.sync(fresh(), ""))
      .then(
        () => {
          this.sights = undefined;
          if (fresh().length > 0) this.sight(); // came meanwhile
        },
        (error) => {
          this.sights = undefined;
          this.later("sight", this.pause(error), () => this.sight());
        },
      );
  }

  // sync asks for news of the lines and returns the cursor to go on with.
  private async sync(lines: Line[], since: string): Promise<{ next: string; more: boolean }> {
    if (lines.length === 0) return { next: since, more: false };
    const names = lines.map((line) => encodeURIComponent(line.name)).join();
    const answer = await this.get<{ channels: Synced[]; next: string; more: boolean }>(`/api/sync?channels=${names}&since=${since}`);
    answer.channels.forEach((page, i) => {
      const line = lines[i];
      const subscribed = !!line.channel?.subscribed;
      if (page.denied) return line.set({ denied: true, live: subscribed });
      if (line.last === undefined) {
        line.begin(page);
        if (line.last! < page.head) void this.read(line);
      } else if (!page.reset && page.epoch === line.epoch) line.apply(page);
      else if (page.head !== line.last || page.epoch !== line.epoch) void this.read(line);
      line.set({ denied: false, live: this.polling || subscribed });
    });
    return answer;
  }

  // read tells what the line's log has after its last event.
  private async read(line: Line): Promise<void> {
    line.again = true;
    if (line.reading || line.last === undefined || line.denied) return;
    line.reading = true;
    try {
      while (line.again && this.lines.get(line.name) === line) {
        line.again = false;
        const epoch = line.epoch && "&epoch=" + line.epoch;
        const page = await this.get<Page>(`/api/channels/${encodeURIComponent(line.name)}/events?after=${line.last}&limit=500${epoch}`);
        line.apply(page);
        line.again ||= line.last! < page.head;
      }
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 0;
      if (status >= 400 && status < 500 && status !== 429) line.denied = true;
      else this.later("read " + line.name, this.pause(error), () => this.read(line));
    } finally {
      line.reading = false;
    }
  }

  // poll looks at all lines, and again as often as the most pressing of them wants.
  private async poll(): Promise<void> {
    this.polling = true;
    for (const line of this.lines.values()) if (line.present !== nobody) line.set({ present: nobody });
    const signal = this.open?.signal;
    const lines = [...this.lines.values()].filter((line) => line.wanted);
    let wait: number | undefined;
    try {
      if (!globalThis.document?.hidden) {
        const { next, more } = await this.sync(lines, this.since);
        if (signal?.aborted || !this.polling) return;
        this.since = next;
        if (more) wait = 0;
      }
      this.failures = 0;
      this.become("polling");
    } catch (error) {
      if (signal?.aborted || !this.polling) return;
      if (error instanceof Refusal && error.status === 400) this.since = "";
      wait = this.pause(error);
      for (const line of lines) line.set({ live: false });
      this.become("offline");
    }
    this.schedule(wait);
  }

  private schedule(wait?: number): void {
    const listeners = [...this.lines.values()].flatMap((line) => [...line.listeners]);
    const tiers = listeners.map((l) => this.config?.polling[l.tier ?? this.options.tier ?? "high"] ?? 5);
    this.later("poll", wait ?? 1000 * Math.min(30, ...tiers), () => this.poll());
  }

  // refresh looks at once, when the page is seen again or the network is back.
  private refresh = (): void => {
    if (globalThis.document?.hidden) return;
    if (this.polling) this.schedule(0);
    else for (const line of this.lines.values()) if (line.live) void this.read(line);
  };

  private become(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }

  private pause(error: unknown): number {
    return Math.max(backOff(++this.failures), error instanceof Refusal ? error.wait : 0);
  }

  // later sets the one timer of its key, or without a call clears it.
  private later(key: unknown, ms?: number, call?: () => unknown): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (!call) return;
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        call();
      }, ms),
    );
  }

  private api(): URL {
    return new URL(this.options.url || location.origin, globalThis.location?.href);
  }

  private async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const token = await this.options.token?.();
    const headers: Record<string, string> = token ? { Authorization: "Bearer " + token } : {};
    return fetch(new URL(path, this.api()), { ...init, headers, credentials: "include", signal: AbortSignal.timeout(15_000) });
  }

  private async get<Data>(path: string): Promise<Data> {
    const answer = await this.fetch(path);
    if (!answer.ok) throw new Refusal(answer.status, 1000 * Number(answer.headers.get("Retry-After") ?? 0));
    return (await answer.json()).data;
  }
}

// backOff grows to half a minute and is never the same for two clients.
function backOff(tries: number): number {
  return Math.min(30_000, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
}
