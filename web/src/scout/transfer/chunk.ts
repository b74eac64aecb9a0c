// A transfer is cut into chunks, one QR code each (docs/transfer-format.md).
import { decode45, encode45 } from "./base45";
import { crc32, sha256 } from "./sums";

export const maxChunk = 700; // characters
export const minChunk = 100;
const maxChunks = 100;
const family = "FM";
const prefix = "FM1:";
const idSize = 8;
const overhead = idSize + 2 + 4;

/** TransferFault says in one word why a transfer cannot be made or read. */
export type TransferFault = "chunk" | "version" | "mixed" | "missing" | "content" | "form" | "too-large";

export class TransferError extends Error {
  constructor(
    readonly fault: TransferFault,
    detail = "",
  ) {
    super(`${fault} ${detail}`.trim());
  }
}

interface Chunk {
  id: string;
  index: number;
  count: number;
  part: Uint8Array;
}

const idOf = (payload: Uint8Array) => sha256(payload).slice(0, idSize);

/** split cuts a payload into chunks of nearly equal length, so that no code is denser than it must be. */
export function split(payload: Uint8Array, most = maxChunk): string[] {
  const size = Math.min(Math.max(most, minChunk), maxChunk);
  const room = Math.floor((size - prefix.length) / 3) * 2 - overhead;
  const count = Math.ceil(payload.length / room);
  if (count > maxChunks) throw new TransferError("too-large");
  const each = Math.ceil(payload.length / count);
  const id = idOf(payload);
  return Array.from({ length: count }, (_, i) => textOf(id, i, count, payload.slice(i * each, (i + 1) * each)));
}

function textOf(id: Uint8Array, index: number, count: number, part: Uint8Array) {
  const raw = new Uint8Array(overhead + part.length);
  raw.set(id);
  raw.set([index, count], idSize);
  raw.set(part, idSize + 2);
  new DataView(raw.buffer).setUint32(raw.length - 4, crc32(raw.subarray(0, -4)));
  return prefix + encode45(raw);
}

function parse(text: string): Chunk {
  if (!text.startsWith(prefix)) throw new TransferError(new RegExp(`^${family}[0-9]:`).test(text) ? "version" : "chunk");
  const raw = text.length <= maxChunk ? decode45(text.slice(prefix.length)) : null;
  if (!raw || raw.length <= overhead) throw new TransferError("chunk");
  const end = raw.length - 4;
  if (crc32(raw.subarray(0, end)) !== new DataView(raw.buffer).getUint32(end)) throw new TransferError("chunk");
  const [index, count] = [raw[idSize], raw[idSize + 1]];
  if (index >= count || count > maxChunks) throw new TransferError("chunk");
  return { id: raw.slice(0, idSize).join(), index, count, part: raw.slice(idSize + 2, end) };
}

/** Scan is what a camera has seen of one transfer so far. */
export interface Scan {
  id: string;
  parts: (Uint8Array | undefined)[];
}

export interface Seen {
  scan: Scan;
  what: "new" | "again";
}

/**
 * see adds a scanned text. A chunk of another transfer than the one that was begun is
 * "mixed"; what is no chunk, or was read badly, is "chunk".
 */
export function see(scan: Scan | undefined, text: string): Seen {
  const chunk = parse(text);
  const begun = scan ?? { id: chunk.id, parts: Array<Uint8Array | undefined>(chunk.count).fill(undefined) };
  if (begun.id !== chunk.id || begun.parts.length !== chunk.count) throw new TransferError("mixed");
  const known = begun.parts[chunk.index];
  if (known) {
    if (known.join() !== chunk.part.join()) throw new TransferError("mixed");
    return { scan: begun, what: "again" };
  }
  return { scan: { ...begun, parts: begun.parts.map((part, i) => (i === chunk.index ? chunk.part : part)) }, what: "new" };
}

/** lacking returns the numbers of the chunks that are still to come, from 1. */
export const lacking = ({ parts }: Scan) => parts.flatMap((part, i) => (part ? [] : [i + 1]));

/** join returns the payload when all chunks are there. */
export function join(scan: Scan): Uint8Array {
  if (lacking(scan).length > 0) throw new TransferError("missing", lacking(scan).join());
  const parts = scan.parts as Uint8Array[];
  const payload = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    payload.set(part, at);
    at += part.length;
  }
  if (idOf(payload).join() !== scan.id) throw new TransferError("content");
  return payload;
}
