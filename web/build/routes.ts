import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/**
 * routeList writes routes.json: the paths of the route table, by which the Go side tells a page
 * from an address that does not exist. The table's paths are plain strings for that.
 */
export function routeList(table: string): Plugin {
  return {
    name: "route-list",
    apply: "build",
    generateBundle() {
      const paths = [...readFileSync(table, "utf8").matchAll(/^\s*\{?\s*path: "([^"]*)"/gm)].map((found) => found[1]);
      if (paths.length < 2) throw new Error(`no paths in ${table}`);
      this.emitFile({ type: "asset", fileName: "routes.json", source: `${JSON.stringify(paths, null, 2)}\n` });
    },
  };
}
