// The package clients/react from outside: its size, its types, and that they are those of the
// server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { committed, generate } from "../clients/react/generate.mjs";
import { bundle, install, require } from "../clients/react/test/bundle.mjs";
import { Server } from "./server.mjs";

const limit = 3_000; // bytes, minified and compressed, without react and pusher-js
const types = (name) => fileURLToPath(new URL("../clients/react/test/types/" + name, import.meta.url));
let installed, server;

before(async () => {
  [installed, server] = await Promise.all([install(), Server.start()]);
});
after(async () => {
  await server?.stop();
  await installed?.remove();
});

/** Compiles a file as an application has it, and returns the lines with an error. */
async function compile(name, moduleResolution) {
  await copyFile(types(name), join(installed.folder, name));
  const module = moduleResolution === "bundler" ? "ESNext" : "NodeNext";
  await writeFile(join(installed.folder, "package.json"), '{"type": "module"}');
  await writeFile(join(installed.folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: { module, moduleResolution, target: "ES2022", lib: ["ES2022", "DOM"], jsx: "react-jsx", strict: true, noEmit: true, skipLibCheck: moduleResolution !== "bundler", types: [] },
    files: [name],
  }));
  const said = await new Promise((resolve) => execFile(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", installed.folder, "--pretty", "false"],
    (_, stdout, stderr) => resolve(stdout + stderr)));
  const lines = [...said.matchAll(/^(.*)\((\d+),\d+\): error/gm)].map(([, file, line]) => (file.endsWith(name) ? Number(line) : file));
  return { said, lines: [...new Set(lines)] };
}

test("what others install is the compiled package and nothing else", async () => {
  const { execFileSync } = await import("node:child_process");
  const files = execFileSync("tar", ["-tzf", installed.tarball], { encoding: "utf8" }).trim().split("\n").map((name) => name.replace("package/", ""));
  assert.deepEqual(files.filter((name) => !/^dist\/\w+\.(js|d\.ts)$/.test(name)).sort(), ["README.md", "package.json"]);
  const manifest = JSON.parse(await readFile(join(installed.target, "package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(manifest.peerDependencies, { "pusher-js": "^8.0.0", react: ">=18" });
});

test(`it takes less than ${limit} bytes of a page`, async (t) => {
  const script = await bundle(installed, join(installed.target, "dist/index.js"), { minify: true, external: ["react", "react/jsx-runtime", "pusher-js"] });
  const size = gzipSync(script, { level: 9 }).length;
  t.diagnostic(`size ${size} ${limit}`);
  assert.ok(size < limit, `${size} bytes`);
  assert.match(script, /useSyncExternalStore/, "it is the whole package");
});

test("the signatures that front ends use compile", async () => {
  assert.equal((await compile("good.tsx", "bundler")).said, "");
});

test("a wrong event, field or path is an error, and nothing else is", async () => {
  const { said, lines } = await compile("wrong.tsx", "bundler");
  const marked = (await readFile(types("wrong.tsx"), "utf8")).split("\n").flatMap((line, i) => (line.includes("// wrong: ") ? [i + 1] : []));
  assert.ok(marked.length >= 10);
  assert.deepEqual(lines, marked, said);
});

test("the committed types are those of the server's document", async () => {
  const now = await generate(server.url);
  assert.ok((await readFile(committed, "utf8")) === now, "src/openapi.ts is out of date: make client");
  for (const part of ['"scouting:entry-created"', '"/api/sync"']) assert.ok(now.includes(part), part);
});
