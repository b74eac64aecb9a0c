// A team's entries, none missed: node node.mjs http://127.0.0.1:3001 TOKEN TEAM-ID
import Pusher from "pusher-js";

const [server, token, team] = process.argv.slice(2);
const headers = { Authorization: "Bearer " + token };
const get = async (path) => (await (await fetch(server + path, { headers })).json()).data;
const { key, authEndpoint } = await get("/api/realtime/config");
const { hostname, port, protocol } = new URL(server);
const pusher = new Pusher(key, {
  wsHost: hostname, wsPort: port, wssPort: port, forceTLS: protocol === "https:", enabledTransports: ["ws", "wss"], cluster: "",
  channelAuthorization: { endpoint: server + authEndpoint, transport: "ajax", headers },
});

let last = 0; // seq of the last event told; 0 tells all that the server still has
let work = Promise.resolve(); // one thing after the other
const name = "private-team-" + team;
const tell = (event, data) => data.seq > last && console.log((last = data.seq), event, data.entry?.scoutedTeamNumber ?? "");
async function catchUp() {
  for (let page; !page || page.next < page.head; ) {
    page = await get(`/api/channels/${name}/events?after=${last}`);
    if (page.reset) last = page.head; // too long ago: load the present state
    for (const event of page.events) tell(event.name, event.data);
  }
}
const channel = pusher.subscribe(name);
channel.bind("pusher:subscription_succeeded", () => (work = work.then(catchUp)));
channel.bind_global((event, data) => {
  if (data?.seq) work = work.then(() => (data.seq === last + 1 ? tell(event, data) : data.seq > last && catchUp()));
});
