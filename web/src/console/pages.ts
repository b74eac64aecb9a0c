import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { words } from "../words/console";

/** ConsolePage is one page of the console. */
export interface ConsolePage {
  at: string; // what follows /console/ in its address
  word: string;
  group: keyof typeof words.groups;
  key: string; // opens it after a g
  page: LazyExoticComponent<ComponentType>;
}

/** pages is the one table of the console's pages, in the order of its navigation. */
export const pages: ConsolePage[] = [
  { at: "", word: words.pages.overview, group: "sockets", key: "o", page: lazy(() => import("./overview/OverviewPage")) },
  { at: "channels", word: words.pages.channels, group: "sockets", key: "c", page: lazy(() => import("./channels/ChannelsPage")) },
  {
    at: "connections",
    word: words.pages.connections,
    group: "sockets",
    key: "n",
    page: lazy(() => import("./connections/ConnectionsPage")),
  },
  { at: "broadcast", word: words.pages.broadcast, group: "sockets", key: "b", page: lazy(() => import("./broadcast/BroadcastPage")) },
  { at: "log", word: words.pages.log, group: "sockets", key: "l", page: lazy(() => import("./log/LogPage")) },
];

/** pathOf is the address of a page of the console. */
export const pathOf = (at: string) => (at ? `/console/${at}` : "/console");
