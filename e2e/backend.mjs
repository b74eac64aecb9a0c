// A backend as people have one beside soketi: it signs, triggers, and takes webhooks, all
// with the Pusher server library.
import { createServer } from "node:http";
import { PusherServer, until } from "./server.mjs";

export const app = { appId: "some-id", key: "some-key", secret: "some-secret" };

/** The environment of a soketi with this app. */
export const soketi = { SOKETI_DEFAULT_APP_ID: app.appId, SOKETI_DEFAULT_APP_KEY: app.key, SOKETI_DEFAULT_APP_SECRET: app.secret };

export class Backend {
  static async start() {
    const backend = new Backend();
    backend.hooks = []; // the events of all webhooks, in order, each with when it came
    backend.forged = 0; // webhooks with a wrong signature
    backend.server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      try {
        const answer = backend.answer(request, body);
        response.writeHead(answer ? 200 : 403, { "Content-Type": "application/json" }).end(JSON.stringify(answer ?? {}));
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    });
    await new Promise((resolve) => backend.server.listen(0, "127.0.0.1", resolve));
    backend.url = "http://127.0.0.1:" + backend.server.address().port;
    return backend;
  }

  /** Says where the hub is. */
  use(hub) {
    const { hostname, port } = new URL("http://" + hub);
    const options = { ...app, host: hostname, port, useTLS: false, encryptionMasterKeyBase64: Buffer.alloc(32, 7).toString("base64") };
    this.pusher = new PusherServer(options);
    this.impostor = new PusherServer({ ...options, secret: "another secret" });
  }

  /** Lets everybody who names themselves join what they may. */
  answer(request, body) {
    if (request.url === "/hook") return this.hook(request, body);
    const form = new URLSearchParams(body);
    const socket = form.get("socket_id");
    const user = request.headers["x-user"];
    if (!user) return undefined;
    if (request.url === "/broadcasting/user-auth") return this.pusher.authenticateUser(socket, { id: user });
    const channel = form.get("channel_name");
    if (channel.endsWith(".closed")) return undefined;
    const member = channel.startsWith("presence-") ? { user_id: user, user_info: { name: "Name of " + user } } : undefined;
    return this.pusher.authorizeChannel(socket, channel, member);
  }

  hook(request, rawBody) {
    const hook = this.pusher.webhook({ headers: request.headers, rawBody });
    if (!hook.isValid() || this.impostor.webhook({ headers: request.headers, rawBody }).isValid()) this.forged++;
    const age = Date.now() - hook.getTime().getTime();
    for (const event of hook.getEvents()) this.hooks.push({ ...event, at: Date.now(), age, header: request.headers["x-tenant"] });
    return {};
  }

  /** Resolves with the first such webhook event that has come or comes. */
  hooked(name, channel) {
    return until(() => this.hooks.find((event) => event.name === name && event.channel === channel), `${name} of ${channel}`);
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
