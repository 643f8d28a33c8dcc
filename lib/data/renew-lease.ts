import { leaseMs } from "#lib/domain/job";
import type { Database } from "./database";

/**
 * Keeps an attempt for another `leaseMs`.
 * @returns held false: the attempt was given away, ended or lost, and its work must be thrown away at once;
 *   stopRequested: the user wants it to end soon, keeping the best so far
 */
export async function renewLease(
  db: Database,
  { jobId, attempt, runnerId, now }: { jobId: string; attempt: number; runnerId: string; now: Date },
): Promise<{ held: boolean; stopRequested: boolean }> {
  const [row] = await db.job.updateManyAndReturn({
    where: { id: jobId, attempt, runnerId, status: { in: ["running", "stopping"] } },
    data: { leaseExpiresAt: new Date(now.getTime() + leaseMs) },
    select: { status: true },
  });
  return { held: row !== undefined, stopRequested: row?.status === "stopping" };
}
