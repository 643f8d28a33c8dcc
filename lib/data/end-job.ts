import { LatheError } from "#lib/domain/errors";
import type { StopReason } from "#lib/domain/job";
import { jsonOrNull, type Database } from "./database";
import type { JobRow } from "./rows";
import { stepJob } from "./step-job";

/**
 * The attempt's work has ended.
 * @param result protocol JobResult or null
 * @param error protocol Problem or null
 * @returns the ended job; null when the attempt is no longer the job's or the job had ended already: the write came late
 *   and changed nothing
 */
export async function endJob(
  db: Database,
  options: { jobId: string; attempt: number; stopReason: StopReason; result: object | null; error: object | null; now: Date },
): Promise<JobRow | null> {
  const { jobId, attempt, stopReason, result, error, now } = options;
  return db.$transaction(async (tx) => {
    try {
      const step = await stepJob(tx, {
        jobId,
        event: { type: "ended", stopReason },
        fence: { attempt },
        now,
        set: { result: jsonOrNull(result), error: jsonOrNull(error) },
      });
      return step?.job ?? null;
    } catch (thrown) {
      if (thrown instanceof LatheError && thrown.code === "illegal_transition") return null;
      throw thrown;
    }
  });
}
