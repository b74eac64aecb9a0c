// The service worker: keeps one version of the app, whole, and shows it where there is no network. It never
// comes between the app and the API or the hub; what the app knows offline it keeps itself.

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  /** What the server says of this version, in the line it puts above this file. */
  build: { version: string; files: string[]; shell: string };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", call: (event: Lasting) => void): void;
  addEventListener(name: "fetch", call: (event: Asked) => void): void;
  addEventListener(name: "message", call: (event: MessageEvent) => void): void;
}

const worker = self as unknown as Worker;
const { version, files, shell } = worker.build;
const mine = `app-${version}`;
const patience = 2_500; // ms; hall Wi-Fi often hangs rather than fails

// All or nothing: a version with a missing part would start and then fail.
worker.addEventListener("install", (event) => event.waitUntil(caches.open(mine).then((cache) => cache.addAll(files))));

worker.addEventListener("activate", (event) => {
  const sweep = async () => {
    for (const name of await caches.keys()) if (name.startsWith("app-") && name !== mine) await caches.delete(name);
    await worker.clients.claim();
  };
  event.waitUntil(sweep());
});

// The person decides when the new version takes over.
worker.addEventListener("message", ({ data }) => {
  if (data === "take over") worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  else if (request.mode === "navigate" && !/^\/(api|apps|app|docs)(\/|$)|\.\w+$/.test(pathname)) event.respondWith(page(request));
});

async function kept(what: Request | string): Promise<Response | undefined> {
  return (await caches.open(mine)).match(what, { ignoreVary: true });
}

// page is the server's, which is the newest, or after a moment the app as it is kept.
async function page(request: Request): Promise<Response> {
  const ours = async () => (await kept(shell)) ?? Response.error();
  const asked = fetch(request).then((answer) => (answer.status >= 502 && answer.status <= 504 ? ours() : answer), ours);
  const late = new Promise<Response>((done) => setTimeout(() => ours().then((found) => found.ok && done(found)), patience));
  return Promise.race([asked, late]);
}
