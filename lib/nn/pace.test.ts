import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pace } from "./pace";

const sizes = [{ from: 0, imageSize: 64 }];

describe("Pace", () => {
  it("advances evenly to exactly the end without a budget", () => {
    const pace = new Pace({ wantedSteps: 5, stepsPerEpoch: 5, sizes, deadlineMs: Infinity });
    const shares: number[] = [];
    while (pace.stepsLeft > 0) {
      shares.push(pace.share);
      pace.stepped(64, 100);
      pace.replan(0, 0, true);
    }
    // n steps run from 0 to 1 inclusive: share i / (n − 1)
    [0, 0.25, 0.5, 0.75, 1].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 12));
    expect(pace.shortened).toBe(false);
  });

  it("shortens the plan to what the budget holds, evaluations and reserve included", () => {
    const pace = new Pace({ wantedSteps: 1000, stepsPerEpoch: 10, sizes, deadlineMs: 60_000 });
    for (let i = 0; i < 3; i++) pace.stepped(64, 400);
    pace.evaluated(1000);
    pace.replan(2_000, 8_000, false);
    // (60 − 2 − 8) s / (0.4 s + 1 s / 10 steps) = 100 steps
    expect(pace.stepsLeft).toBe(100);
    expect(pace.remainingMs).toBeCloseTo(50_000, 6);
    expect(pace.shortened).toBe(true);
  });

  it("takes dropped steps up again only when allowed", () => {
    const pace = new Pace({ wantedSteps: 1000, stepsPerEpoch: 10, sizes, deadlineMs: 60_000 });
    for (let i = 0; i < 3; i++) pace.stepped(64, 1000);
    pace.replan(3_000, 0, false);
    expect(pace.stepsLeft).toBe(57); // 60 in all, at 1 s
    for (let i = 0; i < 25; i++) pace.stepped(64, 100);
    pace.replan(5_500, 0, false);
    expect(pace.stepsLeft).toBe(32);
    pace.replan(5_500, 0, true);
    expect(pace.stepsLeft).toBe(545);
  });

  it("expects larger pictures later to cost as their pixels", () => {
    const growing = [{ from: 0, imageSize: 32 }, { from: 0.5, imageSize: 64 }];
    const pace = new Pace({ wantedSteps: 1e6, stepsPerEpoch: 100, sizes: growing, deadlineMs: 100_001 });
    for (let i = 0; i < 3; i++) pace.stepped(32, 100);
    pace.replan(0, 0, false);
    // half the steps at 100 ms, half at 400 ms: 400 more fit, 403 in all, of which 400 are whole epochs
    expect(pace.steps).toBe(400);
  });

  it("leaves out a last epoch of a few steps, but not most of one", () => {
    const after = (deadlineMs: number) => {
      const pace = new Pace({ wantedSteps: 1000, stepsPerEpoch: 10, sizes, deadlineMs });
      for (let i = 0; i < 3; i++) pace.stepped(64, 1000);
      pace.replan(3_000, 0, false);
      return pace.steps;
    };
    expect([42_000, 43_000, 49_000].map(after)).toEqual([40, 43, 49]);
    expect(after(5_000)).toBe(5); // the first epoch is never dropped
  });

  it("never lets the schedule pass 1 nor go back, however the speed changes", () => {
    const speeds = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(speeds, fc.integer({ min: 1, max: 300 }), (durations, wantedSteps) => {
        const pace = new Pace({ wantedSteps, stepsPerEpoch: 7, sizes, deadlineMs: 100_000 });
        let nowMs = 0;
        for (const durationMs of durations) {
          if (pace.stepsLeft === 0) break;
          const before = pace.share;
          pace.stepped(64, durationMs);
          nowMs += durationMs;
          pace.replan(nowMs, 0, pace.stepsDone % 7 === 0);
          expect(pace.share).toBeGreaterThanOrEqual(before);
          expect(pace.share).toBeLessThanOrEqual(1 + 1e-9);
        }
        if (pace.stepsLeft === 0) expect(pace.share).toBe(1);
      }),
    );
  });
});
