import { LatheError, notFound } from "#lib/domain/errors";
import { isTerminal, type JobStatus } from "#lib/domain/job";
import type { Database } from "./database";
import type { JobRow } from "./rows";
import { stepJob } from "./step-job";

/**
 * A queued job is cancelled at once; a running one is asked to stop. Asking twice is not an error.
 * @returns signal: the runner to tell, when there is one
 * @throws LatheError `job_ended` when there is nothing to stop any more
 */
export async function cancelJob(
  db: Database,
  { jobId, workspaceId, now }: { jobId: string; workspaceId: string; now: Date },
): Promise<{ job: JobRow; signal: { runnerId: string } | null }> {
  return db.$transaction(async (tx) => {
    const row = await tx.job.findFirst({ where: { id: jobId, workspaceId } });
    if (!row) throw notFound("job", jobId);
    if (row.status === "stopping") return { job: row, signal: signalOf(row) };
    if (isTerminal(row.status as JobStatus)) throw ended(row);
    const step = await stepJob(tx, { jobId, event: { type: "cancel-requested" }, now });
    if (!step) throw notFound("job", jobId);
    const signals = step.actions.some(({ type }) => type === "signal-stop");
    return { job: step.job, signal: signals ? signalOf(step.job) : null };
  });
}

function signalOf({ runnerId }: JobRow): { runnerId: string } | null {
  return runnerId ? { runnerId } : null;
}

function ended({ id, status }: JobRow): LatheError {
  return new LatheError({
    code: "job_ended",
    message: `The job ${id} has ended already: ${status}.`,
    nextStep: "There is nothing to stop.",
    status: 409,
  });
}
