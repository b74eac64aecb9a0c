// First: what the server has sent of a page with its content in it.
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

/** filled says whether the server has sent the page with its content. */
export const filled = () => given.size > 0;
