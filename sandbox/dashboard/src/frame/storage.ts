// What `useStorage` reads and writes, as `globalThis.__memoryStorage`: it lives as long as the frame, so all views of
// an app share it. A frame of no origin has no storage of its own.

declare global {
  var __memoryStorage: Storage | undefined;
}

export function createStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, String(value)),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}
