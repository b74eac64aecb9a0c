import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** Page is what the Go side knows of a page beside its path. */
interface Page {
  /** The files that it needs beside the app's own, so that its HTML can name them. */
  files: string[];
  /** Whoever is not signed in sees another page there. */
  signedIn: boolean;
}

/**
 * routeList writes routes.json, the paths of the route table, by which the Go side tells a page from an address that does
 * not exist, and files.json, which tells what each page loads. The table's paths and imports are plain strings for that.
 */
export function routeList(table: string): Plugin {
  return {
    name: "route-list",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
      const app = chunks.find(({ isEntry, name }) => isEntry && name === "app")!;
      const filesOf = (page: string) => {
        const start = chunks.find(({ facadeModuleId }) => facadeModuleId === `${join(dirname(table), page)}.tsx`);
        if (!start) throw new Error(`no chunk of ${page}`);
        const files = new Set([start.fileName]);
        for (const name of files) for (const next of chunks.find((c) => c.fileName === name)!.imports) files.add(next);
        files.delete(app.fileName); // which every page names
        return [...files];
      };
      const rows = readFileSync(table, "utf8")
        .split(/^\s*\{?\s*path: (?=")/m)
        .slice(1);
      const pages: [string, Page][] = rows.map((row) => [
        row.match(/^"([^"]*)"/)![1]!,
        { files: filesOf(row.match(/import\("([^"]+)"\)/)![1]!), signedIn: row.includes("needs: ") },
      ]);
      if (pages.length < 2) throw new Error(`no paths in ${table}`);
      const write = (fileName: string, told: unknown) =>
        this.emitFile({ type: "asset", fileName, source: `${JSON.stringify(told, null, 2)}\n` });
      write(
        "routes.json",
        pages.map(([path]) => path),
      );
      write("files.json", Object.fromEntries(pages));
    },
  };
}
