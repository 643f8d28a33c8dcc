import { describe, expect, it, vi } from "vitest";
import { PlanCache } from "./plan-cache";
import type { PlanPair } from "./plan-pair";
import type { Trace } from "./trace";

const mib = 2 ** 20;

const traceOf = (...structure: number[]): Trace => ({ order: [], roots: [], structure: Int32Array.from(structure) });

function pair(estimatedBytes: number, runs: number): PlanPair & { dispose: ReturnType<typeof vi.fn> } {
  return { estimatedBytes, runs, dispose: vi.fn() } as unknown as PlanPair & { dispose: ReturnType<typeof vi.fn> };
}

describe("compiled graphs", () => {
  it("are found by their whole structure", () => {
    const cache = new PlanCache({ maxPlans: 4, maxBytes: mib });
    const [a, b] = [pair(1, 1), pair(1, 1)];
    cache.add(traceOf(1, 2), a);
    cache.add(traceOf(1, 3), b);
    expect(cache.find(traceOf(1, 2))).toBe(a);
    expect(cache.find(traceOf(1, 3))).toBe(b);
    expect(cache.find(traceOf(1))).toBeUndefined();
  });

  it("go when there are too many, the least recently used first", () => {
    const cache = new PlanCache({ maxPlans: 2, maxBytes: mib });
    const pairs = [1, 2, 3].map(() => pair(1, 1));
    cache.add(traceOf(1), pairs[0]!);
    cache.add(traceOf(2), pairs[1]!);
    cache.find(traceOf(1));
    cache.add(traceOf(3), pairs[2]!);
    cache.trim();
    expect(pairs.map(({ dispose }) => dispose.mock.calls.length)).toEqual([0, 1, 0]);
    expect(cache.size).toBe(2);
  });

  it("go when they take too much, but never the one in use", () => {
    const cache = new PlanCache({ maxPlans: 9, maxBytes: 10 * mib });
    const [small, huge] = [pair(4 * mib, 2), pair(20 * mib, 2)];
    cache.add(traceOf(1), small);
    cache.add(traceOf(2), huge);
    cache.trim();
    expect(small.dispose).toHaveBeenCalledOnce();
    expect(huge.dispose).not.toHaveBeenCalled();
    expect(cache.bytes).toBe(20 * mib);
  });

  it("that are large and ran once go when another comes, and stay when they come again", () => {
    const cache = new PlanCache({ maxPlans: 9, maxBytes: 1000 * mib });
    const [first, steps, small] = [pair(32 * mib, 1), pair(32 * mib, 2), pair(32 * mib - 1, 1)];
    cache.add(traceOf(1), first);
    cache.add(traceOf(2), steps);
    expect(first.dispose).toHaveBeenCalledOnce();
    cache.add(traceOf(3), small);
    cache.add(traceOf(4), pair(1, 1));
    expect(steps.dispose).not.toHaveBeenCalled();
    expect(small.dispose).not.toHaveBeenCalled();
    const again = pair(32 * mib, 1);
    cache.add(traceOf(1), again);
    cache.add(traceOf(5), pair(1, 1));
    expect(again.dispose).not.toHaveBeenCalled();
  });

  it("all end with the cache", () => {
    const cache = new PlanCache({ maxPlans: 9, maxBytes: mib });
    const only = pair(1, 1);
    cache.add(traceOf(1), only);
    cache.clear();
    expect(only.dispose).toHaveBeenCalledOnce();
    expect(cache.size).toBe(0);
  });
});
