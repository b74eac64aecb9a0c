import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { stored } from "../store";
import { pages, pathOf } from "./pages";

/** letters says whether single letters are shortcuts on this device. Speech input types letters too. */
export const letters = stored("ftc.console.keys", true);

const patience = 1_500; // ms between g and its letter

/** useKeys lets the keyboard do what Keys lists, for as long as the console is open. */
export function useKeys(onHelp: () => void) {
  const [, go] = useLocation();
  const help = useRef(onHelp);
  help.current = onHelp;
  useEffect(() => {
    let leader = 0; // when g was pressed
    const heard = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest("input, textarea, select, dialog")) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (step(target, event.key === "ArrowDown")) event.preventDefault();
        return;
      }
      if (!letters.get()) return;
      const follows = event.timeStamp - leader < patience;
      leader = event.key === "g" ? event.timeStamp : 0;
      const page = follows && pages.find(({ key }) => key === event.key);
      if (page) go(pathOf(page.at));
      else if (event.key === "?") help.current();
      else if (event.key !== "/" || !search()) return;
      event.preventDefault();
    };
    addEventListener("keydown", heard);
    return () => removeEventListener("keydown", heard);
  }, [go]);
}

// search puts the cursor into the page's first filter.
function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("#content [data-search], #content input[type=search]");
  field?.focus();
  field?.select?.();
  return !!field;
}

const usable = "a[href], button:not(:disabled)";

// step moves the focus from row to row of the table that it is in, along a column. It reports whether it did.
function step(from: HTMLElement, down: boolean): boolean {
  const table = from.closest("table, [data-rows]") ?? from.querySelector("table");
  if (!table) return false;
  const rows = [...table.querySelectorAll("tbody tr, [data-row]")].filter((row) => row.querySelector(usable));
  const row = from.closest("tbody tr, [data-row]");
  const next = rows[(row ? rows.indexOf(row) : -1) + (down ? 1 : -1)];
  if (!next) return false;
  const column = row ? [...row.querySelectorAll(usable)].indexOf(from) : 0;
  const places = [...next.querySelectorAll<HTMLElement>(usable)];
  (places[column] ?? places[0]).focus();
  return true;
}
