import { sweepExpiredLeases } from "#lib/data/sweep-expired-leases";
import { isDatabaseUnreachable } from "#lib/data/database-error";
import type { Services } from "./services";

export const sweepMs = 5_000;

/**
 * Every five seconds takes back what lost runners held and sends queued jobs to the queue again.
 * @returns stops it; resolves when a sweep under way is done
 */
export function startSweep(services: Pick<Services, "db" | "live" | "runners" | "log" | "enqueue">): () => Promise<void> {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= sweepOnce(services)
      .catch((err: unknown) => services.log[isDatabaseUnreachable(err) ? "warn" : "error"]({ err }, "the sweep failed; it is tried again"))
      .finally(() => (running = null));
  }, sweepMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

export async function sweepOnce({ db, live, runners, log, enqueue }: Pick<Services, "db" | "live" | "runners" | "log" | "enqueue">): Promise<void> {
  const sweep = await sweepExpiredLeases(db, { now: new Date() });
  if (!sweep) return;
  for (const { id, status, attempt } of sweep.jobs) {
    log.warn({ job: id, status, attempt }, "a job's runner was lost");
    await live.jobChanged(id);
  }
  for (const jobId of sweep.queuedJobIds) await enqueue(jobId);
  for (const { workspaceId, endpoint } of sweep.deployments) {
    log.warn({ endpoint }, "an endpoint's runner was lost");
    live.changed(workspaceId, "endpoint", endpoint);
  }
  if (sweep.queuedJobIds.length + sweep.deployments.length > 0) runners.wakeAll();
}
