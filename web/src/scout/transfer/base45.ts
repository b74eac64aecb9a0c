// RFC 9285: bytes as the characters of a QR code's alphanumeric mode.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export function encode45(raw: Uint8Array) {
  let out = "";
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const n = raw[i] * 256 + raw[i + 1];
    out += alphabet[n % 45] + alphabet[Math.floor(n / 45) % 45] + alphabet[Math.floor(n / 2025)];
  }
  if (raw.length % 2 === 1) {
    const n = raw[raw.length - 1];
    out += alphabet[n % 45] + alphabet[Math.floor(n / 45)];
  }
  return out;
}

/** decode45 takes nothing that encode45 does not write, and returns null for it. */
export function decode45(text: string): Uint8Array | null {
  const raw: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const part = text.slice(i, i + 3);
    let n = 0;
    for (let k = part.length - 1; k >= 0; k--) {
      const digit = alphabet.indexOf(part[k]);
      if (digit < 0) return null;
      n = n * 45 + digit;
    }
    if (part.length === 3 && n <= 0xffff) raw.push(n >> 8, n & 0xff);
    else if (part.length === 2 && n <= 0xff) raw.push(n);
    else return null;
  }
  return Uint8Array.from(raw);
}
