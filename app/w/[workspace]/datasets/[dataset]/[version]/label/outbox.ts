import type { Entry } from "./label-state";

/**
 * What is not acknowledged yet, kept in the browser so that a closed tab loses nothing: written before it is sent, each
 * open page under a key of its own, and taken up by the next page of the same version.
 */
export type Outbox = {
  keep(entries: readonly Entry[]): void;
  /** Entries that pages closed before this one left behind; they are this page's from now on. */
  adopt(): Promise<Entry[]>;
  close(): void;
};

const root = "lathe-labels:";

/** @param of the person, the workspace and the version */
export function openOutbox(of: string, storage: Storage = window.localStorage): Outbox {
  const prefix = `${root}${of}:`;
  const key = `${prefix}${Math.random().toString(36).slice(2)}`;
  let release = () => {};
  // A page that is open holds its lock: another one must not take its entries for those of a closed tab.
  void globalThis.navigator?.locks?.request(key, () => new Promise<void>((resolve) => (release = resolve)));
  return {
    keep(entries) {
      if (entries.length === 0) storage.removeItem(key);
      else storage.setItem(key, JSON.stringify(entries));
    },
    async adopt() {
      const held = new Set((await globalThis.navigator?.locks?.query())?.held?.map(({ name }) => name));
      const entries: Entry[] = [];
      for (const other of keysOf(storage)) {
        if (!other.startsWith(prefix) || other === key || held.has(other)) continue;
        entries.push(...read(storage.getItem(other)));
        if (entries.length > 0) storage.setItem(key, JSON.stringify(entries));
        storage.removeItem(other);
      }
      return entries;
    },
    close() {
      release();
    },
  };
}

function keysOf(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "");
}

function read(text: string | null): Entry[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? (value as Entry[]).filter((entry) => Number.isInteger(entry?.index) && typeof entry.fields === "object") : [];
  } catch {
    return [];
  }
}
