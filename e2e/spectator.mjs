// A spectator with the stock pusher-js: node spectator.mjs URL CHANNEL prints every event of
// the channel once, as a line {"name", "data"}. What was sent while the socket was away, and
// while it subscribed, is read from the channel's log.
import { createRequire } from "node:module";

const PusherClient = createRequire(import.meta.url)("pusher-js");
const [url, name] = process.argv.slice(2);

let last = 0; // seq of the last event that was printed
let work = Promise.resolve(); // one thing at a time, in the order it came

function print(event, data) {
  if (data.seq <= last) return;
  last = data.seq;
  process.stdout.write(JSON.stringify({ name: event, data }) + "\n");
}

async function read(path) {
  for (;;) {
    try {
      const response = await fetch(url + path);
      if (response.ok) return (await response.json()).data;
    } catch {
      // the server is away
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function catchUp() {
  for (;;) {
    const page = await read(`/api/channels/${name}/events?after=${last}&limit=500`);
    if (page.reset) throw new Error("the channel has started over");
    for (const e of page.events) print(e.name, e.data);
    if (page.events.length === 0) return;
  }
}

const { key } = await read("/api/realtime/config");
const { hostname, port } = new URL(url);
const client = new PusherClient(key, {
  wsHost: hostname, wsPort: Number(port), forceTLS: false, disableStats: true, enabledTransports: ["ws", "wss"], cluster: "mt1",
});
const channel = client.subscribe(name);
channel.bind("pusher:subscription_succeeded", () => (work = work.then(catchUp)));
channel.bind_global((event, data) => {
  if (!event.startsWith("pusher:")) work = work.then(() => print(event, data));
});
