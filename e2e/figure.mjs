// Times that a user would notice. Each is printed with its limit; `make figures` holds them to
// it on a machine that does nothing else, where a test on a busy one could only be lucky.
import assert from "node:assert/strict";

/** figure prints what was measured, and fails where figures are held and it is over the limit. */
export function figure(name, value, limit) {
  const shown = Number.isInteger(value) ? value : value.toFixed(2);
  console.log(`figure ${name} ${shown} of ${limit}`);
  if (process.env.FIGURES === "hold") assert.ok(value <= limit, `${name} is ${shown}, the limit ${limit}`);
}
