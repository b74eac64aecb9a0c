import { useSyncExternalStore } from "react";

/** Store is a value outside of React that components can follow. */
export interface Store<Value> {
  get(): Value;
  set(next: Value): void;
  follow(changed: () => void): () => void;
}

/** store keeps a value as long as the page lives. */
export function store<Value>(initial: Value): Store<Value> {
  let value = initial;
  const followers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const changed of followers) changed();
    },
    follow(changed) {
      followers.add(changed);
      return () => followers.delete(changed);
    },
  };
}

/** stored keeps a small value on this device, for all of its tabs. Without storage it lives as long as the page. */
export function stored<Value>(key: string, initial: Value): Store<Value> {
  const inner = store(read(key, initial));
  addEventListener("storage", (event) => {
    if (event.key === key || event.key === null) inner.set(read(key, initial));
  });
  return {
    ...inner,
    set(next) {
      try {
        if (next === null || next === undefined) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // full or forbidden: the page still works
      }
      inner.set(next);
    },
  };
}

function read<Value>(key: string, initial: Value): Value {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as Value | null) ?? initial;
  } catch {
    return initial;
  }
}

/** useStore follows a store. */
export function useStore<Value>(from: Store<Value>): Value {
  return useSyncExternalStore(from.follow, from.get, from.get);
}
