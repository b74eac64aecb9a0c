// First: how the app takes over a page that the server has sent with its content in it.
import { type ComponentType, lazy } from "react";

/** given are the answers of the API that the page brought along, by address. */
const given = new Map<string, unknown>(answers());
const loadedAt = Date.now();

function answers(): [string, unknown][] {
  const block = globalThis.document?.getElementById("answers");
  if (!block?.textContent) return [];
  return (JSON.parse(block.textContent) as { path: string; data: unknown }[]).map(({ path, data }) => [path, data]);
}

/** givenAt returns what the page brought of an address, as useQuery takes it. */
export function givenAt<Data>(address: string): { initialData?: Data; initialDataUpdatedAt?: number } {
  return given.has(address) ? { initialData: given.get(address) as Data, initialDataUpdatedAt: loadedAt } : {};
}

/** givenBelow lists the answers whose address begins so. */
export const givenBelow = (start: string) => [...given].filter(([address]) => address.startsWith(start)).map(([, data]) => data);

const pages: { pattern: RegExp; load: () => Promise<unknown> }[] = [];

/**
 * page is lazy for pages that the server sends with content: once their code is there, they show
 * themselves at once, so that what was sent does not give way to a word of loading.
 */
export function page(path: string, load: () => Promise<{ default: ComponentType }>) {
  let Ready: ComponentType | undefined;
  const once = async () => {
    const module = await load();
    Ready = module.default;
    return module;
  };
  const Later = lazy(once);
  pages.push({ pattern: new RegExp(`^${path.replace(/\/:\w+\?/g, "(/[^/]+)?").replace(/:\w+/g, "[^/]+")}/?$`), load: once });
  return () => (Ready ? <Ready /> : <Later />);
}

/** firstPage loads the code of the page that was asked for, if the server has sent its content. */
export async function firstPage(path: string): Promise<void> {
  if (given.size === 0) return;
  await pages
    .find(({ pattern }) => pattern.test(path))
    ?.load()
    .catch(() => {}); // the page itself will say so
}
