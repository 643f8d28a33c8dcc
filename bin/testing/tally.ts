/** How many tests of a part passed, failed and were left out. */
export type Tally = { passed: number; failed: number; skipped: number };

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

/** What vitest's json reporter writes. */
export type VitestReport = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number };

/** What Playwright's json reporter writes. A flaky test passed in the end, but not to be relied on. */
export type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };

/** What the engine's conformance run writes; pending are those that TensorFlow.js itself leaves out. */
export type ConformanceReport = { passed: number; failed: number; excluded: number; pending: number };

export function tallyVitest(report: VitestReport): Tally {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function tallyPlaywright({ stats }: PlaywrightReport): Tally {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

export function tallyConformance({ passed, failed, excluded, pending }: ConformanceReport): Tally {
  return { passed, failed, skipped: excluded + pending };
}

/** A part that failed as a whole (lint, types, a crash before any report) counts as one failure: never "0 failed" then. */
export function settle(tally: Tally, succeeded: boolean): Tally {
  return succeeded || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    NOTHING,
  );
}
