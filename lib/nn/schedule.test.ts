import { describe, expect, it } from "vitest";
import { oneCycle, sizeAt } from "./schedule";

describe("oneCycle", () => {
  const cycle = { maxLearningRate: 0.1, warmUpShare: 0.3 };

  it.each([
    // By hand from OneCycleLR's formula (anneal "cos", div_factor 25, final_div_factor 1e4):
    // from + (to − from) · (1 − cos(π p)) / 2 with p the share of the phase.
    [0, 0.004], // 0.1 / 25
    [0.075, 0.018058875], // p = 1/4: 0.004 + 0.096 · (1 − √½) / 2
    [0.15, 0.052], // p = 1/2: halfway between 0.004 and 0.1
    [0.3, 0.1], // the peak
    [0.65, 0.0500002], // p = 1/2 of the way down: halfway between 0.1 and 0.004 / 1e4
    [1, 0.0000004], // 0.004 / 1e4
  ])("at %d of the schedule is %d", (share, expected) => {
    expect(oneCycle(share, cycle)).toBeCloseTo(expected, 9);
  });

  it("stays at its end when a share is rounded past it", () => {
    expect(oneCycle(1.0000001, cycle)).toBeCloseTo(4e-7, 12);
  });
});

it("holds a picture size from its share on", () => {
  const sizes = [{ from: 0, imageSize: 48 }, { from: 0.5, imageSize: 64 }];
  expect([0, 0.49, 0.5, 1].map((share) => sizeAt(share, sizes))).toEqual([48, 48, 64, 64]);
});
