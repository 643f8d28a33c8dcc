import { describe, expect, it } from "vitest";
import { confusedPairs, shareOf, stepIn } from "./confusion";
import { wilsonInterval } from "./interval";

describe("wilsonInterval", () => {
  it("gives the published example: 81 of 263", () => {
    // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I: 0.2553 to 0.3662.
    const { low, high } = wilsonInterval(81 / 263, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it("does not claim certainty from ten out of ten", () => {
    const { low, high } = wilsonInterval(1, 10);
    expect(low).toBeCloseTo(0.7225, 3); // 10 / (10 + 1.96²)
    expect(high).toBeCloseTo(1, 12);
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("confusion", () => {
  const matrix = [[28, 12, 0], [3, 37, 0], [0, 0, 0]];

  it("names mix-ups by count with the size of their label", () => {
    expect(confusedPairs(matrix)).toEqual([
      { label: 0, predicted: 1, count: 12, of: 40 },
      { label: 1, predicted: 0, count: 3, of: 40 },
    ]);
  });

  it("shares a row by its own label, also an empty one", () => {
    expect(shareOf(matrix, 0, 1)).toBeCloseTo(0.3, 12);
    expect(shareOf(matrix, 2, 2)).toBe(0);
  });

  it("moves by arrow keys and stops at the edge", () => {
    expect(stepIn(3, { label: 0, predicted: 2 }, "ArrowRight")).toEqual({ label: 0, predicted: 2 });
    expect(stepIn(3, { label: 1, predicted: 2 }, "ArrowUp")).toEqual({ label: 0, predicted: 2 });
    expect(stepIn(3, { label: 1, predicted: 1 }, "End")).toEqual({ label: 1, predicted: 2 });
    expect(stepIn(3, { label: 1, predicted: 1 }, "Enter")).toBeNull();
  });
});
