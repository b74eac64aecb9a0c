// The page that was asked for: its code and what it cannot do without are begun before the rest of the app is.
import { filled } from "./public/first";
import { queries } from "./queries";
import { routes } from "./routes";
import { store } from "./store";

const patience = 1_500; // ms until the app shows that it waits
const longest = 5_000; // ms that what can wait does wait

const pattern = (path: string) => new RegExp(`^${path.replace(/\/:\w+\?/g, "(/[^/]+)?").replace(/:\w+/g, "[^/]+")}/?$`);

const row = routes.find(({ path }) => pattern(path).test(location.pathname));
const code = row?.page.load();
const both = Promise.all([code, row?.begin?.()]);

/** firstPage resolves when the page can be shown. What the server has sent of it stays until then, however long that is. */
export async function firstPage(): Promise<void> {
  const late = new Promise((done) => setTimeout(done, patience));
  await (filled() ? code : Promise.race([both, late]));
}

/** calm is true once the first page has what it asked for: what can wait no longer takes the network from it. */
export const calm = store(false);

/** becomeCalm waits for that, from when the first page is shown. */
export function becomeCalm() {
  let idle: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(idle);
    clearTimeout(enough);
    leave();
    calm.set(true);
  };
  // Nothing is asked between two answers and what follows from them, so wait a moment more.
  const look = () => {
    clearTimeout(idle);
    if (queries.isFetching() === 0) idle = setTimeout(end, 200);
  };
  const leave = queries.getQueryCache().subscribe(look);
  const enough = setTimeout(end, longest);
  look();
}
