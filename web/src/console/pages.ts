import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { words } from "../words/console";
import { words as server } from "../words/operator";

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
  { at: "relay", word: server.pages.relay, group: "server", key: "r", page: lazy(() => import("./relay/RelayPage")) },
  { at: "letters", word: server.pages.letters, group: "server", key: "d", page: lazy(() => import("./letters/LettersPage")) },
  { at: "sync", word: server.pages.sync, group: "server", key: "y", page: lazy(() => import("./sync/SyncPage")) },
  { at: "users", word: server.pages.users, group: "server", key: "u", page: lazy(() => import("./people/UsersPage")) },
  { at: "teams", word: server.pages.teams, group: "server", key: "t", page: lazy(() => import("./people/TeamsPage")) },
  { at: "tokens", word: server.pages.tokens, group: "server", key: "k", page: lazy(() => import("./people/TokensPage")) },
  { at: "audit", word: server.pages.audit, group: "server", key: "a", page: lazy(() => import("./audit/AuditPage")) },
  { at: "server", word: server.pages.server, group: "server", key: "s", page: lazy(() => import("./server/ServerPage")) },
];

/** pathOf is the address of a page of the console. */
export const pathOf = (at: string) => (at ? `/console/${at}` : "/console");
