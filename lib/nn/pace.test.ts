import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pace } from "./pace";

const sizes = [{ from: 0, imageSize: 64 }];

describe("Pace", () => {
  it("advances evenly to exactly the end without a budget", () => {
    const pace = new Pace({ wantedSteps: 5, stepsPerEpoch: 5, sizes, startMs: 0, deadlineMs: Infinity });
    const shares: number[] = [];
    while (pace.stepsLeft > 0) {
      shares.push(pace.share);
      pace.stepped(64, 100);
      pace.replan(0, 0);
    }
    // n steps run from 0 to 1 inclusive: share i / (n − 1)
    [0, 0.25, 0.5, 0.75, 1].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 12));
    expect(pace.shortened).toBe(false);
  });

  it("shortens the plan to what the budget holds, evaluations and reserve included", () => {
    const pace = new Pace({ wantedSteps: 1000, stepsPerEpoch: 10, sizes, startMs: 0, deadlineMs: 60_000 });
    for (let i = 0; i < 10; i++) pace.stepped(64, 400);
    pace.evaluated(1000);
    pace.replan(4_000, 6_000);
    // (60 − 4 − 6) s / (0.4 s + 1 s / 10 steps) = 100 steps
    expect(pace.stepsLeft).toBe(100);
    expect(pace.remainingMs).toBeCloseTo(50_000, 6);
    expect(pace.shortened).toBe(true);
  });

  it("takes dropped steps up again, by half at a time", () => {
    const pace = new Pace({ wantedSteps: 1000, stepsPerEpoch: 10, sizes, startMs: 0, deadlineMs: 60_000 });
    for (let i = 0; i < 10; i++) pace.stepped(64, 1000);
    pace.replan(10_000, 0);
    expect(pace.stepsLeft).toBe(50); // 60 in all, at 1 s
    for (let i = 0; i < 25; i++) pace.stepped(64, 100);
    // 47.5 s at 0.1 s are 475 steps; 25 are planned: (475 − 25) / 2 more, and again
    pace.replan(12_500, 0);
    expect(pace.stepsLeft).toBe(250);
    pace.replan(12_500, 0);
    expect(pace.stepsLeft).toBe(363);
  });

  it("expects larger pictures later to cost as their pixels", () => {
    const growing = [{ from: 0, imageSize: 32 }, { from: 0.5, imageSize: 64 }];
    const pace = new Pace({ wantedSteps: 1e6, stepsPerEpoch: 3, sizes: growing, startMs: 0, deadlineMs: 100_001 });
    for (let i = 0; i < 3; i++) pace.stepped(32, 100);
    pace.replan(0, 0);
    // half the steps at 100 ms, half at 400 ms: 400 fit after 3
    expect(pace.steps).toBe(403);
  });

  it("leaves out a last epoch of a few steps, but not most of one", () => {
    const after = (deadlineMs: number) => {
      const pace = new Pace({ wantedSteps: 1000, stepsPerEpoch: 10, sizes, startMs: 0, deadlineMs });
      for (let i = 0; i < 10; i++) pace.stepped(64, 1000);
      pace.replan(10_000, 0);
      return pace.steps;
    };
    expect([42_000, 43_000, 49_000].map(after)).toEqual([40, 43, 49]);
    expect(after(12_000)).toBe(12); // nor all that is left
  });

  it("expects later epochs to be faster than the first, unless the first takes long", () => {
    const after = (nowMs: number) => {
      const pace = new Pace({ wantedSteps: 10_000, stepsPerEpoch: 1000, sizes, startMs: 0, deadlineMs: 100_000 });
      for (let i = 0; i < 3; i++) pace.stepped(64, 100);
      pace.replan(nowMs, 0);
      return pace.stepsLeft;
    };
    // 75 ms a step at the start, 87.5 ms at a tenth of the budget (1,028 steps, one whole epoch), 100 ms from a fifth on
    expect([0, 10_000, 20_000, 60_000].map(after)).toEqual([1333, 997, 800, 400]);
  });

  it("never lets the schedule pass 1 nor go back, however the speed changes", () => {
    const speeds = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(speeds, fc.integer({ min: 1, max: 300 }), (durations, wantedSteps) => {
        const pace = new Pace({ wantedSteps, stepsPerEpoch: 7, sizes, startMs: 0, deadlineMs: 100_000 });
        let nowMs = 0;
        for (const durationMs of durations) {
          if (pace.stepsLeft === 0) break;
          const before = pace.share;
          pace.stepped(64, durationMs);
          nowMs += durationMs;
          pace.replan(nowMs, 0);
          expect(pace.share).toBeGreaterThanOrEqual(before);
          expect(pace.share).toBeLessThanOrEqual(1 + 1e-9);
        }
        if (pace.stepsLeft === 0) expect(pace.share).toBe(1);
      }),
    );
  });
});
