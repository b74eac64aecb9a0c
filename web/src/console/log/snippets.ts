import { dataOf, type Line } from "./lines";

/** Server is how clients reach this server. */
export interface Server {
  url: string; // of the API
  key: string;
  host: string;
  port: number;
  tls: boolean;
  authEndpoint: string;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function request(url: string, body: unknown): string {
  return [
    `curl -X POST ${quoted(url)}`,
    `-H "Authorization: Bearer $TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

/** curlOf is a command that does again what the line tells of: an event is sent again, an authorization asked for again, else the log is asked. */
export function curlOf(line: Line, { url, authEndpoint }: Server): string {
  const { channel, name, socketId, userId } = line;
  if (line.kind === "event" || line.kind === "client-event") {
    const value = dataOf(line)?.value;
    const data = value !== null && typeof value === "object" ? logged(value) : { data: value ?? null };
    const event = (name ?? "").replace(/^client-/, "");
    return channel
      ? request(`${url}/api/socket/broadcast`, { channel, name: event, data })
      : request(`${url}/api/socket/direct`, { socketId, name: event, data });
  }
  if (channel && socketId && (line.kind === "refused" || line.kind === "subscribe") && /^(private|presence)-/.test(channel)) {
    return request(new URL(authEndpoint, url).href, { socket_id: socketId, channel_name: channel });
  }
  const query = new URLSearchParams(userId ? { user: userId } : channel ? { channel } : {});
  return `curl -H "Authorization: Bearer $TOKEN" ${quoted(`${url}/api/socket/log?${query}`)}`;
}

// logged leaves out what the log adds by itself.
function logged(data: object) {
  const { id: _, seq: __, at: ___, ...own } = data as Record<string, unknown>;
  return own;
}

/** pusherOf is a program that hears what the line tells of. */
export function pusherOf({ channel, name }: Line, { url, key, host, port, tls, authEndpoint }: Server): string {
  const options = {
    wsHost: host || new URL(url).hostname,
    wsPort: port,
    wssPort: port,
    forceTLS: tls,
    cluster: "",
    enabledTransports: ["ws", "wss"],
    channelAuthorization: { endpoint: new URL(authEndpoint, url).href, transport: "ajax" },
  };
  return [
    `import Pusher from "pusher-js";`,
    "",
    `const pusher = new Pusher(${JSON.stringify(key)}, ${JSON.stringify(options, null, 2)});`,
    channel
      ? `const channel = pusher.subscribe(${JSON.stringify(channel)});\nchannel.bind("pusher:subscription_error", console.error);`
      : "const channel = pusher;",
    name ? `channel.bind(${JSON.stringify(name)}, console.log);` : "channel.bind_global(console.log);",
  ].join("\n");
}
