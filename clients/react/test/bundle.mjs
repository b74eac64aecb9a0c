// The package as others install it, and pages that are made with it.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
export const require = createRequire(join(here, "package.json"));
const { build } = require("esbuild");

/** install packs the package, which has to be built, and unpacks it into a new folder's node_modules, beside its peers. */
export async function install() {
  const folder = await mkdtemp(join(tmpdir(), "ftcmetrics-react-"));
  const modules = join(folder, "node_modules");
  const target = join(modules, "@ftcmetrics/realtime-react");
  await mkdir(target, { recursive: true });
  const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: here, encoding: "utf8" }));
  execFileSync("tar", ["-xzf", join(folder, filename), "--strip-components=1", "-C", target]);
  for (const peer of ["react", "react-dom", "react18", "react-dom18", "pusher-js", "@types"]) await symlink(join(here, "node_modules", peer), join(modules, peer));
  return { folder, target, tarball: join(folder, filename), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** bundle makes a script of a source file; react is 18 or 19. */
export async function bundle(installed, entry, { react = 19, hooks = "@ftcmetrics/realtime-react", minify = false, external = [] } = {}) {
  const modules = join(here, "node_modules");
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, write: false, minify, external, format: "esm", target: "es2022", jsx: "automatic", platform: "browser", logLevel: "silent",
    define: { "process.env.NODE_ENV": '"development"' },
    alias: {
      hooks,
      ...(external.length > 0 ? {} : { react: join(modules, react === 18 ? "react18" : "react"), "react-dom": join(modules, react === 18 ? "react-dom18" : "react-dom") }),
    },
    nodePaths: [join(installed.folder, "node_modules"), modules],
  });
  return outputFiles[0].text;
}

/** serve answers with a page for each script, as a front end's own server does. */
export async function serve(scripts) {
  const server = createServer((request, response) => {
    const path = request.url.split("?")[0].slice(1);
    if (path.endsWith(".js") && scripts[path.slice(0, -3)]) {
      return response.writeHead(200, { "Content-Type": "text/javascript" }).end(scripts[path.slice(0, -3)]);
    }
    if (!scripts[path]) return response.writeHead(204).end();
    const page = `<!doctype html><meta charset="utf-8"><title>${path}</title><div id="root"></div><script type="module" src="/${path}.js"></script>`;
    response.writeHead(200, { "Content-Type": "text/html" }).end(scripts[path].startsWith("<") ? scripts[path] : page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: "http://127.0.0.1:" + server.address().port, stop: () => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)); } };
}
