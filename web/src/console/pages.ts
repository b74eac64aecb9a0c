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
];

/** pathOf is the address of a page of the console. */
export const pathOf = (at: string) => (at ? `/console/${at}` : "/console");
