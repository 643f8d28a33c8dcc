import { setTimeout as delay } from "node:timers/promises";
import { isTerminal } from "#lib/domain/job";
import { formatDuration } from "#lib/domain/units";
import type { Job } from "#lib/protocol/jobs";
import { ApiError, type Client } from "#lib/sdk/client";
import { ProgressLine } from "./output";

const pollMs = 700;
/** A server that restarts while we wait is no reason to give up on the job. */
const patienceMs = 120_000;

/** Waits for the job's end, with its progress on stderr. Ctrl-C only stops the waiting, and says so. */
export async function waitForJob(client: Client, id: string): Promise<Job> {
  const line = new ProgressLine();
  const detach = (): void => {
    line.end();
    process.stderr.write(`The job goes on. Watch it: npx lathe job logs ${id} --follow   Stop it: npx lathe job cancel ${id}\n`);
    process.exit(130);
  };
  process.once("SIGINT", detach);
  let awaySinceMs: number | null = null;
  try {
    for (;;) {
      try {
        const job = await client.call("job.show", { job: id });
        awaySinceMs = null;
        if (isTerminal(job.status)) return job;
        line.show(describe(job));
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 0 && error.status < 500)) throw error;
        awaySinceMs ??= Date.now();
        if (Date.now() - awaySinceMs > patienceMs) throw error;
        line.show(`${id}  the server is away, waiting for it`);
      }
      await delay(pollMs);
    }
  } finally {
    line.end();
    process.removeListener("SIGINT", detach);
  }
}

export function describe(job: Job): string {
  const progress = job.progress;
  if (!progress || job.status === "queued") return `${job.job}  ${job.status}`;
  const parts = [`${job.job}  ${progress.phase} ${Math.floor(progress.fraction * 100)} %`];
  if (progress.epoch !== null && progress.epochs !== null) parts.push(`epoch ${progress.epoch + 1} of ${progress.epochs}`);
  if (progress.remainingMs !== null) parts.push(`about ${formatDuration(progress.remainingMs)} left`);
  return parts.join(", ");
}
