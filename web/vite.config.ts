import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { groups } from "./build/groups.ts";
import { routeList } from "./build/routes.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const src = at("./src/");

// The server that `npm run dev` takes the API and the hub from.
const server = process.env.FTCMETRICS_URL ?? "http://127.0.0.1:3001";

/** chunkName names a lazy chunk by its page's place, so that it stays the same from build to build. */
function chunkName({ name, facadeModuleId }: { name: string; facadeModuleId?: string | null }) {
  const library = facadeModuleId?.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
  const page = facadeModuleId?.startsWith(src) ? facadeModuleId.slice(src.length).replace(/\.tsx?$/, "") : (library ?? name);
  return `assets/${page.replaceAll("/", "-").toLowerCase()}.js`;
}

/**
 * parts lists what a page asks for in one go with its chunk: for pages that strangers open on a slow network. The lists are
 * part of the first load, and a member's pages come from what the service worker has kept.
 */
const parts = (page: string, needed: string[]) =>
  /(public|home|join)-/.test(page) ? needed : needed.filter((name) => name.endsWith(".css"));

export default defineConfig({
  base: "./", // the Go side puts everything below /static/<version>/
  plugins: [react(), tailwindcss(), routeList(at("./src/routes.tsx"))],
  resolve: {
    alias: {
      "@ftcmetrics/realtime-react": at("../clients/react/src/index.ts"),
      "use-sync-external-store/shim/index.js": "react", // which has it since version 18
    },
    dedupe: ["react", "react-dom", "pusher-js"], // the hooks bring none of their own
  },
  build: {
    target: ["chrome111", "safari16.4", "firefox128"],
    modulePreload: { polyfill: false, resolveDependencies: parts },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { app: at("./index.html"), sw: at("./src/sw.ts") },
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : `assets/${name}.js`),
        chunkFileNames: chunkName,
        assetFileNames: "assets/[name][extname]",
        codeSplitting: { groups: groups(src) },
        minifyInternalExports: false, // a chunk of another version fails by name, not in odd ways
      },
    },
  },
  server: { host: "127.0.0.1", port: 5173, proxy: { "/api": server, "/app": { target: server, ws: true }, "/openapi.json": server } },
});
