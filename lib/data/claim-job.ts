import { leaseMs } from "#lib/domain/job";
import { LatheError } from "#lib/domain/errors";
import type { JobKind } from "#lib/domain/job";
import type { Database } from "./database";
import { stepJob } from "./step-job";

export type ClaimedJob = {
  jobId: string;
  /** from 1; every later write of this attempt carries it */
  attempt: number;
  workspaceId: string;
  kind: JobKind;
  name: string;
  leaseExpiresAt: Date;
};

/**
 * Gives a queued job to a runner.
 * @returns null when it is not queued (any more): another runner was faster, or it was cancelled
 */
export async function claimJob(
  db: Database,
  { jobId, runnerId, now }: { jobId: string; runnerId: string; now: Date },
): Promise<ClaimedJob | null> {
  const leaseExpiresAt = new Date(now.getTime() + leaseMs);
  return db.$transaction(async (tx) => {
    const before = await tx.job.findUnique({ where: { id: jobId }, select: { status: true, startedAt: true } });
    if (before?.status !== "queued") return null;
    const step = await stepJob(tx, {
      jobId,
      event: { type: "claimed" },
      now,
      set: { runnerId, leaseExpiresAt, startedAt: before.startedAt ?? now },
    }).catch(nullWhenIllegal);
    if (!step) return null;
    const { job } = step;
    await tx.attempt.create({ data: { jobId, number: job.attempt, runnerId, startedAt: now } });
    return { jobId, attempt: job.attempt, workspaceId: job.workspaceId, kind: job.kind as JobKind, name: job.name, leaseExpiresAt };
  });
}

/** Between the look and the step another runner claimed it. */
function nullWhenIllegal(error: unknown): null {
  if (error instanceof LatheError && error.code === "illegal_transition") return null;
  throw error;
}
