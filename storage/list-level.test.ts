import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "./key-order";
import { listLevel, type LevelQuery } from "./list-level";
import { SortedKeys } from "./sorted-keys";

/** Few different characters, so that prefixes meet; the last two are where UTF-16 and UTF-8 differ in order. */
const key = fc.array(fc.constantFrom("a", "b", "/", "é", "\uff5e", "\u{1f363}"), { minLength: 1, maxLength: 6 }).map((letters) => letters.join(""));

describe("compareKeys", () => {
  it("orders as the bytes of UTF-8 do", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareKeys("\uff5e", "\u{1f363}")).toBeLessThan(0);
  });
});

describe("SortedKeys", () => {
  it("holds what a sorted set would, however it was filled", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key)), (changes) => {
        const model = new Set<string>();
        const keys = new SortedKeys();
        for (const [add, one] of changes) {
          if (!add) keys.delete(one);
          else if (!model.has(one)) keys.add(one);
          if (add) model.add(one);
          else model.delete(one);
        }
        expect([...keys.from(() => false)]).toEqual([...model].sort(compareKeys));
      }),
    );
  });

  it("splits and empties its chunks", () => {
    const all = Array.from({ length: 5000 }, (_, i) => `k${(i * 2654435761) % 5003}`);
    const keys = new SortedKeys();
    for (const one of all) keys.add(one);
    expect([...keys.from(() => false)]).toEqual([...all].sort(compareKeys));
    expect([...keys.from(() => false)]).toEqual([...new SortedKeys(all).from(() => false)]);
    for (const one of all.slice(1)) keys.delete(one);
    expect([...keys.from(() => false)]).toEqual([all[0]]);
  });
});

describe("listLevel", () => {
  /** All of a listing by looking at every key. */
  function plainly(keys: string[], { prefix, delimiter }: Pick<LevelQuery, "prefix" | "delimiter">) {
    const found: string[] = [];
    const prefixes = new Set<string>();
    for (const one of [...keys].sort(compareKeys)) {
      if (!one.startsWith(prefix)) continue;
      const end = delimiter ? one.indexOf(delimiter, prefix.length) : -1;
      if (end < 0) found.push(one);
      else prefixes.add(one.slice(0, end + delimiter.length));
    }
    return { keys: found, prefixes: [...prefixes] };
  }

  it("gives on its pages together what looking at every key gives", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 60 }), fc.oneof(fc.constant(""), key), fc.constantFrom("", "/", "b", "é"), fc.integer({ min: 1, max: 7 }), (keys, prefix, delimiter, limit) => {
        const all = new SortedKeys(keys);
        const together = { keys: [] as string[], prefixes: [] as string[] };
        for (let after: string | null = "", pages = 0; after !== null; pages++) {
          const level = listLevel(all, { prefix, delimiter, after, limit });
          expect(level.keys.length + level.prefixes.length).toBeLessThanOrEqual(limit);
          together.keys.push(...level.keys);
          together.prefixes.push(...level.prefixes);
          after = level.next;
          expect(pages).toBeLessThan(100);
        }
        expect(together).toEqual(plainly(keys, { prefix, delimiter }));
      }),
      { numRuns: 500 },
    );
  });

  it("looks at few keys to fold many", () => {
    const all = new SortedKeys(Array.from({ length: 100_000 }, (_, i) => `${i % 3}/${String(i).padStart(6, "0")}`));
    let seen = 0;
    const counting = {
      *from(isBefore: (key: string) => boolean) {
        for (const one of all.from(isBefore)) {
          seen++;
          yield one;
        }
      },
    } as SortedKeys;
    expect(listLevel(counting, { prefix: "", delimiter: "/", after: "", limit: 1000 })).toEqual({ keys: [], prefixes: ["0/", "1/", "2/"], next: null });
    expect(seen).toBe(3);
  });

  it("skips what a marker inside a folded prefix has passed", () => {
    const all = new SortedKeys(["a/1", "a/2", "b/1", "c"]);
    expect(listLevel(all, { prefix: "", delimiter: "/", after: "a/1", limit: 10 })).toEqual({ keys: ["c"], prefixes: ["b/"], next: null });
    expect(listLevel(all, { prefix: "", delimiter: "", after: "a/1", limit: 0 })).toEqual({ keys: [], prefixes: [], next: null });
  });
});
