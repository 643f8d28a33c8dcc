import { describe, expect, it } from "vitest";
import { alignSeries, nearestIndex, valueAt } from "./align";
import { toCsv } from "./csv";
import { smooth } from "./smooth";
import { yRange } from "./y-range";

describe("smooth", () => {
  it("keeps a constant constant from its first value on", () => {
    for (const value of smooth([3, 3, 3, 3], 0.9)) expect(value).toBeCloseTo(3, 12);
  });

  it("weighs by halves at 0.5", () => {
    // By hand: (1·0.5·0.5 + 3·0.5) / 0.75 = 7/3, then (1·0.125 + 3·0.25 + 5·0.5) / 0.875 = 27/7.
    const [first, second, third] = smooth([1, 3, 5], 0.5);
    expect(first).toBeCloseTo(1, 12);
    expect(second).toBeCloseTo(7 / 3, 12);
    expect(third).toBeCloseTo(27 / 7, 12);
  });

  it("leaves gaps as gaps and does not let them move the average", () => {
    expect(smooth([2, null, 2], 0.8)).toEqual([expect.closeTo(2, 12), null, expect.closeTo(2, 12)]);
  });

  it("at zero changes nothing", () => {
    expect(smooth([1, null, 9], 0)).toEqual([1, null, 9]);
  });
});

describe("alignSeries", () => {
  it("joins curves measured at different steps and takes the later of two values", () => {
    const train = [{ x: 1, y: 0.9 }, { x: 2, y: 0.8 }, { x: 2, y: 0.7 }];
    const validation = [{ x: 2, y: 1 }, { x: 4, y: null }];
    expect(alignSeries([train, validation])).toEqual({
      xs: [1, 2, 4],
      ys: [[0.9, 0.7, null], [null, 1, null]],
    });
  });

  it("finds the nearest place and the last value known there", () => {
    expect(nearestIndex([], 3)).toBe(-1);
    expect(nearestIndex([1, 5, 9], 6)).toBe(1);
    expect(nearestIndex([1, 5, 9], 8)).toBe(2);
    expect(nearestIndex([1, 5, 9], -4)).toBe(0);
    expect(valueAt([null, 2, null], 2)).toBe(2);
    expect(valueAt([null, 2, null], 0)).toBeNull();
  });
});

describe("toCsv", () => {
  it("quotes what needs it and keeps numbers bare", () => {
    expect(toCsv(["label", "n"], [['say "hi", now', 3], ["冰淇淋", null]])).toBe('label,n\r\n"say ""hi"", now",3\r\n冰淇淋,\r\n');
  });

  it("does not let a label run as a formula", () => {
    expect(toCsv(["label"], [["=1+2"], ["@x"], ["-5"], ["-rm"]])).toBe("label\r\n'=1+2\r\n'@x\r\n-5\r\n'-rm\r\n");
  });
});

describe("yRange", () => {
  const rest = Array.from({ length: 40 }, (_, i) => 2 + (i % 5) / 10); // 2.0 to 2.4

  it("leaves one value far above the others beyond the top and says so", () => {
    const { low, high, beyond } = yRange([24, ...rest, null], true);
    expect(beyond).toBe(1);
    expect(high).toBeGreaterThan(2.4);
    expect(high).toBeLessThan(2.5);
    expect(low).toBeLessThan(2);
    expect(yRange([24, ...rest], false)).toMatchObject({ beyond: 0 });
    expect(yRange([24, ...rest], false).high).toBeGreaterThan(24);
  });

  it("keeps a steady fall whole, and few values whole", () => {
    expect(yRange(Array.from({ length: 50 }, (_, i) => 10 / (i + 5)), true).beyond).toBe(0);
    expect(yRange([1, 1, 1, 50], true).beyond).toBe(0);
  });

  it("does not begin below zero for what is never negative, and has a range for nothing at all", () => {
    expect(yRange([0.01, 1], true).low).toBe(0);
    expect(yRange([null], true)).toEqual({ low: 0, high: 1, beyond: 0 });
    expect(yRange([5, 5], true)).toEqual({ low: 4.5, high: 5.5, beyond: 0 });
  });
});
