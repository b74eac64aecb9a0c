// Ports of 127.0.0.1 for servers that are told their address before they start, or are started on the same one again.
// As internal/porttest does it: outside the range that the kernel gives to anybody, and held against other tests by a
// UDP socket on the same number, until this process ends.
import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";

/** Where to look: next to the kernel's own range. One that leaves no room keeps nobody out. */
async function beside() {
  const kernel = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8").catch(() => "49152 65535");
  const [low, high] = kernel.trim().split(/\s+/).map(Number);
  const below = Math.min(low - 1024, 12_000), above = Math.min(65_535 - high, 12_000);
  if (Math.max(below, above) < 1000) return [low, high - low + 1];
  return below >= above ? [low - below, below] : [high + 1, above];
}

/** Whether the socket gets the port. */
const takes = (socket, open) => new Promise((resolve) => {
  socket.once("error", () => resolve(false)).once("listening", () => resolve(true));
  open(socket);
});

/** An address that is this process's own. */
export async function address() {
  const [from, count] = await beside();
  for (let i = 0; i < 1000; i++) {
    const port = from + Math.floor(Math.random() * count);
    const held = createSocket("udp4").unref();
    const server = createServer();
    if (await takes(held, (socket) => socket.bind(port, "127.0.0.1"))) {
      if (await takes(server, (socket) => socket.listen(port, "127.0.0.1"))) {
        await new Promise((resolve) => server.close(resolve));
        return "127.0.0.1:" + port;
      }
      held.close();
    }
  }
  throw new Error(`of the ports from ${from} to ${from + count - 1} none is free`);
}
