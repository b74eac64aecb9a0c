import { store, stored } from "./store";

export type Theme = "light" | "dark" | "system";

/** theme is how the app looks on this device; public/theme.js applies it before the first paint. */
export const theme = stored<Theme>("ftc.theme", "system");

/** look is the colour of the page's ground: another one is another look, whoever chose it. For what draws with colours itself. */
export const look = store("");

function apply() {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--ground");
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ground);
  look.set(ground);
}

/** followTheme keeps the page in the chosen theme. */
export function followTheme() {
  apply();
  theme.follow(apply);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
}
