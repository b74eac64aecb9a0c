interface Modules {
  getModuleInfo(id: string): { importedIds: string[] } | null;
}

// below tells of a module whether a part of the app imports it at once, itself or through others.
function below(start: string) {
  let all: Set<string> | undefined;
  return (id: string, modules: Modules) => {
    if (!all) {
      all = new Set([start]);
      for (const name of all) for (const next of modules.getModuleInfo(name)?.importedIds ?? []) all.add(next);
    }
    return all.has(id);
  };
}

/**
 * groups keeps together what is loaded together: on a slow network a further file costs as much as its first byte. What
 * the first load needs is in app.js, what most pages show themselves with in kit.js, and the scout's in two: what sends
 * entries, on every page, and the form.
 */
export function groups(src: string) {
  const sends = below(`${src}scout/outbox/Outgoing.tsx`);
  const form = below(`${src}scout/form/FormPage.tsx`);
  const scouts = /\/src\/(scout|words)\/|\/node_modules\/idb\//;
  const named = (name: string, has: typeof form) => (id: string, modules: Modules) => (has(id, modules) ? name : null);
  return [
    { name: "app", tags: ["$initial" as const], test: (id: string) => !id.endsWith("/sw.ts"), priority: 3 },
    { name: "kit", test: /\/src\/(ui\/|action\.ts|event\.ts)/, minShareCount: 2, priority: 2 },
    { debugName: "outbox", name: named("outbox", sends), test: scouts, minShareCount: 2, priority: 1 },
    { debugName: "form", name: named("form", form), test: scouts, minShareCount: 2, priority: 0 },
  ];
}
