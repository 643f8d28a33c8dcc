import { describe, expect, it } from "vitest";
import { NOTHING, settle, sum, tallyPlaywright, tallyVitest } from "./tally";

describe("tally", () => {
  it("adds up vitest's and Playwright's reports", () => {
    const unit = tallyVitest({ numPassedTests: 10, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 });
    const browser = tallyPlaywright({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 3 } });
    expect(sum([unit, browser])).toEqual({ passed: 14, failed: 3, skipped: 6 });
  });

  it("never says 0 failed for a part that failed as a whole", () => {
    expect(settle(NOTHING, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(settle({ passed: 5, failed: 0, skipped: 0 }, false)).toEqual({ passed: 5, failed: 1, skipped: 0 });
    expect(settle({ passed: 5, failed: 2, skipped: 0 }, false).failed).toBe(2);
    expect(settle(NOTHING, true)).toEqual(NOTHING);
  });
});
