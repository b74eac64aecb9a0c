/** askedAhead returns the answer to what theme.js has asked before the app had come, once. */
export function askedAhead({ method, url }: Request): Promise<Response> | undefined {
  const page = globalThis as { ahead?: { path: string; answer: Promise<Response> } };
  const { ahead } = page;
  if (!ahead || method !== "GET" || new URL(url).pathname !== ahead.path) return;
  page.ahead = undefined;
  return ahead.answer;
}
