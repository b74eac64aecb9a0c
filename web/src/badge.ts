import { store } from "./store";

/** Badge is a short word in the top bar on what waits on this device, such as "3 waiting". */
export interface Badge {
  text: string;
  tone: "good" | "warn" | "bad" | "quiet";
  to?: string; // the page that tells more
}

/** badge is shown beside the connection; null shows nothing. */
export const badge = store<Badge | null>(null);
