import { describe, expect, it } from "vitest";
import { forEachBounded } from "./bounded";

describe("forEachBounded", () => {
  it("does all, never more than so many at a time", async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await forEachBounded([...Array(20).keys()], 3, new AbortController().signal, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  it("throws the first failure after those under way have ended, and begins no more", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = forEachBounded([0, 1, 2, 3], 2, new AbortController().signal, async (item) => {
      begun.push(item);
      if (item === 0) throw new Error("zero");
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(work).rejects.toThrow("zero");
    expect([begun, ended]).toEqual([[0, 1], [1]]);
  });

  it("ends with the signal's reason", async () => {
    const control = new AbortController();
    const work = forEachBounded([0, 1, 2], 1, control.signal, async () => control.abort(new Error("enough")));
    await expect(work).rejects.toThrow("enough");
  });
});
