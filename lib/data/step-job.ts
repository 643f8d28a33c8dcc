import { LatheError, movedOn } from "#lib/domain/errors";
import { isTerminal, transition, type JobAction, type JobEvent, type JobState, type JobStatus } from "#lib/domain/job";
import { Prisma } from "#prisma/client";
import type { Queries } from "./database";
import { failDatasetVersion } from "./fail-dataset-version";
import type { JobRow } from "./rows";

export type JobStep = { job: JobRow; actions: JobAction[] };

/**
 * Feeds an event to a job and persists the outcome, guarded by the state it was computed from. When somebody else moved
 * the job on in between, it is computed again from the new state.
 *
 * @param fence the step is taken only while these still hold
 * @returns null when there is no such job or the fence does not hold any more
 * @throws LatheError `illegal_transition` when the event makes no sense in the job's state
 */
export async function stepJob(
  tx: Queries,
  options: {
    jobId: string;
    event: JobEvent;
    fence?: { attempt?: number; leaseExpiredBefore?: Date };
    now: Date;
    set?: Prisma.JobUncheckedUpdateManyInput;
  },
): Promise<JobStep | null> {
  const { jobId, event, fence = {}, now } = options;
  const fenced: Prisma.JobWhereInput = {
    ...(fence.attempt === undefined ? {} : { attempt: fence.attempt }),
    ...(fence.leaseExpiredBefore === undefined ? {} : { leaseExpiresAt: { lt: fence.leaseExpiredBefore } }),
  };
  for (let round = 0; round < 5; round++) {
    const row = await tx.job.findFirst({ where: { id: jobId, ...fenced } });
    if (!row) return null;
    const from: JobState = { status: row.status as JobStatus, attempt: row.attempt, stopReason: row.stopReason as JobState["stopReason"] };
    const { state, actions } = transition(from, event);
    const leaves = event.type !== "claimed" && state.status !== "stopping";
    const [job] = await tx.job.updateManyAndReturn({
      where: { AND: [{ id: jobId, status: from.status, attempt: from.attempt }, fenced] },
      data: {
        ...(leaves ? { leaseExpiresAt: null } : {}),
        ...(state.status === "queued" ? { runnerId: null, progress: Prisma.DbNull } : {}),
        ...(isTerminal(state.status) ? { endedAt: now } : {}),
        ...options.set,
        status: state.status,
        attempt: state.attempt,
        stopReason: state.stopReason,
      },
    });
    if (!job) continue;
    if (leaves && from.attempt > 0 && from.status !== "queued") {
      await tx.attempt.updateMany({
        where: { jobId, number: from.attempt, endedAt: null },
        data: { endedAt: now, stopReason: event.type === "ended" ? event.stopReason : "runner-lost" },
      });
    }
    if ((job.kind === "import-dataset" || job.kind === "freeze-dataset") && isTerminal(state.status) && state.status !== "succeeded") {
      await failImport(tx, job);
    }
    return { job, actions };
  }
  throw movedOn("job", jobId, ["in the state it was in"]);
}

/** A version whose import ended otherwise than well never becomes ready, and one that was not frozen is a draft again: say why, once. */
async function failImport(tx: Queries, job: JobRow): Promise<void> {
  if (!job.datasetVersionId) return;
  const cancelled = job.status === "cancelled";
  const freeze = job.kind === "freeze-dataset";
  const error =
    job.error ??
    new LatheError({
      code: `${freeze ? "freeze" : "import"}_${cancelled ? "cancelled" : "failed"}`,
      message: `${freeze ? "Freezing" : "The import"} ${cancelled ? "was stopped before it was done" : "failed"}.`,
      nextStep: freeze ? "The draft is as it was; freeze it again." : "Make the dataset again to import a new version.",
    }).toJSON();
  await failDatasetVersion(tx, { datasetVersionId: job.datasetVersionId, error: error as object });
}
