// CRC-32 and SHA-256. The browser's own SHA-256 is not there on plain http, which a hall's
// laptop serves, so it is written out here; payloads are a few kilobytes.

export function crc32(raw: Uint8Array) {
  let crc = ~0;
  for (const byte of raw) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

const primes = [...Array(312).keys()].filter((n) => n > 1 && ![...Array(n).keys()].some((d) => d > 1 && n % d === 0));
const fraction = (root: number) => Math.floor((root - Math.floor(root)) * 2 ** 32);
const start = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const rounds = primes.slice(0, 64).map((p) => fraction(Math.cbrt(p)));
const turn = (x: number, by: number) => (x >>> by) | (x << (32 - by));

/** sha256 is FIPS 180-4. */
export function sha256(raw: Uint8Array) {
  const padded = new Uint8Array((((raw.length + 8) >> 6) + 1) << 6);
  padded.set(raw);
  padded[raw.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(raw.length / 2 ** 29));
  view.setUint32(padded.length - 4, raw.length << 3);
  const hash = Uint32Array.from(start);
  const w = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    mix(hash, w);
  }
  const out = new DataView(new ArrayBuffer(32));
  hash.forEach((h, i) => {
    out.setUint32(4 * i, h);
  });
  return new Uint8Array(out.buffer);
}

function mix(hash: Uint32Array, w: Uint32Array) {
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((v, i) => {
    hash[i] += v;
  });
}
