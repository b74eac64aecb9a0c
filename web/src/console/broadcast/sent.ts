import { stored } from "../../store";

/** Draft is an event that somebody is about to send. */
export interface Draft {
  name: string;
  channels: string[];
  data: Record<string, unknown>;
}

/** Sent is one that was sent from this device. */
export interface Sent extends Draft {
  at: number;
  by: string; // user id: others who use this device do not see it
}

const most = 30;

/** sent keeps what was broadcast from this device, the newest first. */
export const sent = stored<Sent[]>("ftc.console.sent", []);

/** remember adds one. */
export const remember = (one: Sent) => sent.set([one, ...sent.get()].slice(0, most));

/** forget drops what a user has sent. */
export const forget = (by: string) => sent.set(sent.get().filter((one) => one.by !== by));
