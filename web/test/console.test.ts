// What the console makes of the server's answers: rates, the registry's schemas, the debug log, and what is copied from it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blank, faultsOf, type Registry, registryOf } from "../src/console/broadcast/schema";
import { seenNow } from "../src/console/channels/rate";
import { added, dataOf, found, kept as keptLines, type Line, nothing } from "../src/console/log/lines";
import { curlOf, pusherOf } from "../src/console/log/snippets";
import { extended, kept, type Node, type Overview, type Point, ratesOf, sumOf } from "../src/console/overview/course";

const zero = {
  connections: 1,
  subscriptions: 2,
  channels: 3,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  refused: 0,
  errors: 0,
  queueBytes: 5,
};
const node = (id: string, change: Partial<Node> = {}): Node => ({
  ...zero,
  id,
  host: "hall",
  version: "1",
  startedAt: "2026-03-07T08:00:00Z",
  memoryBytes: 100,
  goroutines: 9,
  ...change,
});
const answer = (second: number, nodes: Node[]): Overview => ({
  at: new Date(1_800_000_000_000 + 1000 * second).toISOString(),
  driver: "embedded",
  nodes,
  silent: [],
  totals: zero,
});

test("rates are of each node since it was last asked; one that began anew has none", () => {
  const before = answer(0, [node("a", { messagesOut: 10 }), node("b", { messagesOut: 99 })]);
  const now = answer(2, [node("a", { messagesOut: 30 }), node("b", { startedAt: "2026-03-07T09:00:00Z", messagesOut: 5 }), node("c")]);
  const rates = ratesOf(before, now);
  assert.deepEqual([...rates.keys()], ["a"]);
  assert.equal(rates.get("a")!.out, 10);
  assert.equal(sumOf(rates.values())!.out, 10);
  assert.equal(sumOf([]), null);
  assert.equal(ratesOf(undefined, now).size, 0);
});

test("the course is broken where nobody asked, and no longer than ten minutes", () => {
  let course: Point[] = [];
  let before: Overview | undefined;
  for (let second = 0; second < kept + 50; second++) {
    const now = answer(second, [node("a", { messagesIn: 3 * second })]);
    course = extended(course, before, now);
    before = now;
  }
  assert.equal(course.length, kept);
  assert.equal(course.at(-1)!.in, 3);
  assert.equal(extended(course, before, before!), course, "the same answer is no new point");
  const later = extended(course, before, answer(2000, [node("a", { messagesIn: 9_000_000 })]));
  assert.deepEqual([later.at(-2)!.connections, later.at(-1)!.in, later.at(-1)!.memory], [null, null, 100], "no rate over a gap");
  assert.equal(extended([], undefined, { ...answer(1, []), totals: null }).length, 0);
});

test("a channel's rate begins anew when it was left in between", () => {
  const first = seenNow(
    new Map(),
    [
      { key: "a", published: 5 },
      { key: "b", published: null },
    ],
    0,
  );
  assert.deepEqual([first.get("a")!.rate, first.has("b")], [null, false]);
  const second = seenNow(first, [{ key: "a", published: 9 }], 2000);
  assert.equal(second.get("a")!.rate, 2);
  assert.equal(seenNow(second, [{ key: "a", published: 1 }], 4000).get("a")!.rate, null);
});

const registry: Registry = registryOf({
  webhooks: {
    "match:started": {
      post: {
        summary: "A match began.",
        "x-channels": ["event-{eventCode}"],
        requestBody: {
          content: { "application/json": { schema: { allOf: [{ type: "object" }, { $ref: "#/components/schemas/Started" }] } } },
        },
      },
    },
  },
  components: {
    schemas: {
      Started: {
        type: "object",
        required: ["matchId", "level", "side", "teams", "at"],
        properties: {
          matchId: { type: "string", format: "uuid" },
          level: { type: "string", enum: ["qual", "playoff"] },
          side: { $ref: "#/components/schemas/Side" },
          teams: { type: "array", items: { type: "integer", minimum: 1 } },
          at: { type: "string", format: "date-time" },
          note: { type: "string" },
        },
      },
      Side: { type: ["object", "null"], required: ["points"], properties: { points: { type: "integer" } } },
    },
  },
});
const started = registry.events[0]!;

test("the form begins with what an event must have, and tells what is wrong where the server would", () => {
  assert.deepEqual([started.name, started.channels], ["match:started", ["event-{eventCode}"]]);
  const empty = blank(started.schema, registry);
  assert.deepEqual(empty, { matchId: "", level: "qual", side: null, teams: [], at: "" });
  const places = (value: unknown) => faultsOf(started.schema, registry, value).map(({ pointer }) => pointer);
  assert.deepEqual(places(empty), ["/data/matchId", "/data/at"]);
  const right = { matchId: crypto.randomUUID(), level: "playoff", side: { points: 4 }, teams: [731], at: "2026-03-07T08:00:00Z" };
  assert.deepEqual(places(right), []);
  assert.deepEqual(places({ ...right, level: "x", side: { points: "4" }, teams: [731, 0, 1.5] }), [
    "/data/level",
    "/data/side/points",
    "/data/teams/1",
    "/data/teams/2",
  ]);
  const { at: _, ...without } = right;
  assert.deepEqual(places(without), ["/data/at"]);
});

const line = (number: number, change: Partial<Line> = {}): Line => ({
  at: "2026-03-07T08:00:00Z",
  node: "n",
  kind: "event",
  number,
  ...change,
});

test("the debug log has each line once, the newest two thousand, and is searched", () => {
  const page = (lines: Line[], lost = 0) => ({ lines, lost, next: "x", silent: [] });
  const once = added(added(nothing, page([line(1), line(2)])), page([line(2), line(3, { channel: "event-A" })], 4));
  assert.deepEqual([once.lines.map(({ number }) => number), once.lost], [[1, 2, 3], 4]);
  assert.deepEqual(
    found(once.lines, "EVENT-a").map(({ number }) => number),
    [3],
  );
  assert.deepEqual(
    found(once.lines, "").map(({ number }) => number),
    [3, 2, 1],
  );
  const many = added(nothing, page(Array.from({ length: keptLines + 10 }, (_, i) => line(i))));
  assert.deepEqual([many.lines.length, many.lines[0]!.number], [keptLines, 10]);
  assert.deepEqual(dataOf(line(1, { data: '{"a":1}' })), { value: { a: 1 }, cut: false });
  assert.deepEqual(dataOf(line(1, { data: '{"a":1' })), { value: '{"a":1', cut: true });
});

const server = { url: "http://hall:3001", key: "the-key", host: "hall", port: 3001, tls: false, authEndpoint: "/api/pusher/auth" };

test("a copied command does the same again, whatever is in the data", () => {
  const event = curlOf(line(1, { channel: "event-A", name: "pause", data: '{"id":"1","seq":2,"at":"x","text":"it\'s"}' }), server);
  assert.match(event, /api\/socket\/broadcast/);
  assert.match(event, /'\{"channel":"event-A","name":"pause","data":\{"text":"it'\\''s"\}\}'/);
  const refused = curlOf(line(1, { kind: "refused", channel: "private-team-1", socketId: "1.2" }), server);
  assert.match(refused, /hall:3001\/api\/pusher\/auth' .*"socket_id":"1.2","channel_name":"private-team-1"/s);
  assert.match(curlOf(line(1, { kind: "connect", userId: "u" }), server), /api\/socket\/log\?user=u'/);
  assert.match(
    pusherOf(line(1, { channel: "event-A", name: "pause" }), server),
    /new Pusher\("the-key".*subscribe\("event-A"\).*bind\("pause"/s,
  );
});
