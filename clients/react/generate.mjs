// Writes src/openapi.ts from the document of a running server, node generate.mjs URL, or of
// one that is started for it from FTCMETRICS_BIN. Who imports it gets the text instead.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { COMMENT_HEADER, astToString } from "openapi-typescript";

export const committed = new URL("src/openapi.ts", import.meta.url);

export async function generate(url) {
  const document = await (await fetch(new URL("/openapi.json", url))).json();
  return COMMENT_HEADER + astToString(await openapiTS(document));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2]) await writeFile(committed, await generate(process.argv[2]));
  else {
    const { Server } = await import("../../e2e/server.mjs");
    const server = await Server.start();
    await writeFile(committed, await generate(server.url));
    await server.stop();
  }
}
