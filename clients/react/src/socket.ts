// What is used of pusher-js. Its own types are not, so that any version 8, and a stand-in of
// an application's tests, will do.

export interface Channel {
  subscribed: boolean;
  members?: { members: Record<string, unknown>; myID: string | null };
  bind_global(callback: (event: string, data: any) => void): unknown;
  unbind_global(callback: (event: string, data: any) => void): unknown;
  subscribe(): void;
}

/** Socket is a client of pusher-js. */
export interface Socket {
  connection: {
    state: string;
    bind(event: string, callback: (data: any) => void): unknown;
    unbind(event: string, callback: (data: any) => void): unknown;
  };
  channel(name: string): Channel | undefined;
  subscribe(name: string): Channel;
  unsubscribe(name: string): void;
  disconnect(): void;
}

/** Config is what GET /api/realtime/config tells. */
export interface Config {
  driver: string;
  key: string;
  host: string;
  port: number;
  tls: boolean;
  cluster?: string;
  authEndpoint: string;
  polling: Record<Tier, number>;
}

/** Tier is how much it matters to be up to date where there is no socket. */
export type Tier = "critical" | "high" | "medium" | "low";

type Authorize = (endpoint: string, channel: string, socketId: string) => Promise<unknown>;

/**
 * openSocket loads pusher-js and connects. The embedded hub is on the API's own address; where
 * the server names another, that is used.
 */
export async function openSocket(config: Config, api: URL, authorize: Authorize): Promise<Socket> {
  const { default: Pusher } = await import("pusher-js");
  const tls = config.tls || api.protocol === "https:";
  const port = config.host || config.driver !== "embedded" ? config.port : Number(api.port);
  const cloud = !config.host && config.cluster;
  return new Pusher(config.key, {
    cluster: config.cluster || "mt1",
    ...(cloud ? {} : { wsHost: config.host || api.hostname, wsPort: port || 80, wssPort: port || 443 }),
    forceTLS: tls,
    enabledTransports: ["ws", "wss"],
    disableStats: true,
    pongTimeout: 8_000, // hall Wi-Fi dies silently
    channelAuthorization: {
      endpoint: config.authEndpoint,
      transport: "ajax",
      customHandler: ({ channelName, socketId }, answer) =>
        authorize(config.authEndpoint, channelName, socketId).then(
          (data) => answer(null, data as { auth: string }),
          (error) => answer(error, null),
        ),
    },
  }) as unknown as Socket;
}
