import type { Channel, Tier } from "./socket.js";

/** Page is a stretch of a channel's log, as the server answers it. */
export interface Page {
  events: { seq: number; name: string; data: unknown }[] | null;
  next: number;
  head: number;
  epoch: string;
  reset: boolean;
}

/** Listener is one component that wants one event. */
export interface Listener {
  event: string;
  tier?: Tier;
  onEvent(data: unknown): void;
  onReset?(): void;
}

/** Members is who is in a presence channel. */
export interface Members {
  members: Map<string, unknown>;
  myId: string | null;
}

/** nobody is the members of a channel that is not joined. */
export const nobody: Members = { members: new Map(), myId: null };

/**
 * Line is one channel, however many components use it, and how far its log has been told.
 * What is told is in order of seq, without gaps and each event once.
 */
export class Line {
  users = 0;
  listeners = new Set<Listener>();
  watchers = new Set<() => void>();
  channel?: Channel;
  release?: () => void; // leaves the channel
  live = false; // news arrive
  denied = false; // the log is closed to us
  present: Members = nobody;
  last?: number; // seq of the last event told; unknown until the log was asked
  first?: number; // lowest seq that came before last was known
  epoch = "";
  reading = false;
  again = false; // read once more after that

  constructor(readonly name: string) {}

  /** wanted reports whether anybody listens to events of the log. */
  get wanted(): boolean {
    return [...this.listeners].some((l) => !/^(pusher:|client-)/.test(l.event));
  }

  /** set changes what watchers see. */
  set(change: Partial<Pick<Line, "live" | "denied" | "present">>): void {
    Object.assign(this, change);
    for (const watcher of this.watchers) watcher();
  }

  tell(event: string, data: unknown): void {
    for (const listener of [...this.listeners]) {
      if (listener.event === event) guarded(() => listener.onEvent(data));
    }
  }

  /** hear takes an event of the socket and reports whether the log has to be read. */
  hear(event: string, data: any): boolean {
    const seq = typeof data?.id === "string" ? data.seq : undefined;
    if (!Number.isInteger(seq) || this.denied) this.tell(event, data);
    else if (this.last === undefined) this.first = Math.min(seq, this.first ?? seq);
    else if (seq === this.last + 1 && !data.ref) {
      this.last = seq;
      this.tell(event, data);
    } else return seq > this.last;
    return false;
  }

  /** begin takes the first sight of the log: from there on nothing is missed. */
  begin(page: Page): void {
    this.last ??= Math.min(page.head, (this.first ?? Infinity) - 1);
    this.epoch = page.epoch;
  }

  /** apply tells what is new in a page. */
  apply(page: Page): void {
    this.epoch = page.epoch;
    if (page.reset) {
      this.last = page.head;
      for (const listener of [...this.listeners]) guarded(() => listener.onReset?.());
    }
    for (const event of page.events ?? []) {
      if (event.seq <= this.last!) continue;
      this.last = event.seq;
      this.tell(event.name, event.data);
    }
  }
}

// guarded keeps a failing callback from harming the others; the page hears of it.
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
