// What spectators are sent, and what of it nobody outside a team may be sent.
const canaries = /CANARY|Scout Seven|Coach|scouter|notes/i;

/** Everything that a context is sent: answers, and frames of its sockets. */
export function heard(context) {
  const all = [];
  context.on("response", async (answer) => all.push(answer.url() + " " + (await answer.text().catch(() => ""))));
  context.on("page", (page) => page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => all.push("frame " + payload))));
  return all;
}

/** What of it nobody outside a team may be sent. */
export const leaks = (all) => all.filter((one) => !/\/static\/|\/openapi/.test(one) && canaries.test(one)).map((one) => one.slice(0, 300));
