import { describe, expect, it } from "vitest";
import { NOTHING, settle, sum, tallyConformance, tallyPlaywright, tallyVitest } from "./tally";

describe("tally", () => {
  it("adds up vitest's, Playwright's and the conformance run's reports", () => {
    const unit = tallyVitest({ numPassedTests: 10, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 });
    const browser = tallyPlaywright({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 3 } });
    const conformance = tallyConformance({ passed: 20, failed: 2, excluded: 1, pending: 3 });
    expect(sum([unit, browser, conformance])).toEqual({ passed: 34, failed: 5, skipped: 10 });
  });

  it("never says 0 failed for a part that failed as a whole", () => {
    expect(settle(NOTHING, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(settle({ passed: 5, failed: 0, skipped: 0 }, false)).toEqual({ passed: 5, failed: 1, skipped: 0 });
    expect(settle({ passed: 5, failed: 2, skipped: 0 }, false).failed).toBe(2);
    expect(settle(NOTHING, true)).toEqual(NOTHING);
  });
});
