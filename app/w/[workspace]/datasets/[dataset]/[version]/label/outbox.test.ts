import { expect, it } from "vitest";
import { openOutbox } from "./outbox";

function memoryStorage(): Storage {
  const map = new Map<string, string>();
  return {
    get length() { return map.size; },
    key: (i) => [...map.keys()][i] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    clear: () => map.clear(),
  };
}

it("hands what a closed tab left to the next one of the same version, once", async () => {
  const storage = memoryStorage();
  const entry = { index: 3, revision: 1, fields: { label: "tea" } };
  openOutbox("w/u/food@1", storage).keep([entry]);
  openOutbox("w/u/food@2", storage).keep([{ ...entry, index: 9 }]);
  const next = openOutbox("w/u/food@1", storage);
  expect(await next.adopt()).toEqual([entry]);
  expect(storage.length).toBe(2);
  expect(await next.adopt()).toEqual([]);
  next.keep([]);
  expect(await openOutbox("w/u/food@1", storage).adopt()).toEqual([]);
});

it("is not put off by what is no outbox", async () => {
  const storage = memoryStorage();
  storage.setItem("lathe-labels:a:x", "{not json");
  storage.setItem("lathe-labels:a:y", '[{"index":"no"},null]');
  expect(await openOutbox("a", storage).adopt()).toEqual([]);
});
