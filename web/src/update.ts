import { store } from "./store";

/** update is a new version that waits to be shown; null while there is none. */
export const update = store<{ show: () => void } | null>(null);

/** kept is true once the app opens here without a network, or when this browser will never do that. */
export const kept = store(!import.meta.env.PROD || !("serviceWorker" in navigator) || !!navigator.serviceWorker.controller);

const often = 30 * 60_000; // ms between looks for a new version, on a page that stays open all day

/** keepOffline lets the service worker keep the app, and notices when there is a newer one. */
export async function keepOffline() {
  if (!("serviceWorker" in navigator)) return; // plain http on another machine has none
  try {
    const registration = await navigator.serviceWorker.register("/sw.js");
    navigator.serviceWorker.ready.then(() => kept.set(true));
    offer(registration);
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", () => offer(registration));
    });
    setInterval(() => registration.update().catch(() => {}), often);
  } catch {
    kept.set(true); // no network, or the browser forbids it: the app works as long as it is open
  }
}

// shown says whether this page is of the newest version already: pages come from the server where there is one.
async function shown() {
  const [, version] = /\/static\/(\w+)\//.exec(import.meta.url) ?? [];
  return !!version && (await (await fetch("/sw.js")).text()).includes(version);
}

async function offer({ waiting }: ServiceWorkerRegistration) {
  if (!waiting || !navigator.serviceWorker.controller) return; // the first version just takes its place
  if (await shown().catch(() => false)) return;
  update.set({
    show() {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      waiting.postMessage("take over");
    },
  });
}
