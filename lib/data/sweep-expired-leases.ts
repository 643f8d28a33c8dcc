import { LatheError } from "#lib/domain/errors";
import { nextDeploymentStatus, type DeploymentStatus } from "#lib/domain/deployment";
import { maxAttempts } from "#lib/domain/job";
import type { Prisma } from "#prisma/client";
import { jsonOrNull, type Database } from "./database";
import type { JobRow } from "./rows";
import { stepJob } from "./step-job";

/** Any number will do, as long as nothing else locks it. */
const sweepLock = 0x1a7e_5eeb;

export type Sweep = {
  /** jobs whose runner was lost, in the state they are in now: queued again, failed or cancelled */
  jobs: JobRow[];
  /** to be sent to the queue (again): those just queued and those queued before whose message may have been lost */
  queuedJobIds: string[];
  /** deployments that wait for a runner again */
  deployments: { deploymentId: string; workspaceId: string; endpoint: string }[];
};

/**
 * Takes from lost runners what they held. One sweeper at a time does it; doing it again at once changes nothing.
 * @returns null when another process is sweeping
 */
export async function sweepExpiredLeases(db: Database, { now }: { now: Date }): Promise<Sweep | null> {
  return db.$transaction(
    async (tx) => {
      const [lock] = await tx.$queryRaw<{ locked: boolean }[]>`SELECT pg_try_advisory_xact_lock(${sweepLock}) AS "locked"`;
      if (!lock?.locked) return null;
      const jobs = await sweepJobs(tx, now);
      const deployments = await sweepDeployments(tx, now);
      const queued = await tx.job.findMany({ where: { status: "queued" }, select: { id: true }, orderBy: { createdAt: "asc" }, take: 1_000 });
      return { jobs, queuedJobIds: queued.map(({ id }) => id), deployments };
    },
    { maxWait: 5_000, timeout: 30_000 },
  );
}

async function sweepJobs(tx: Prisma.TransactionClient, now: Date): Promise<JobRow[]> {
  const expired = await tx.job.findMany({
    where: { status: { in: ["running", "stopping"] }, leaseExpiresAt: { lt: now } },
    select: { id: true, attempt: true },
    orderBy: { leaseExpiresAt: "asc" },
    take: 500,
  });
  const swept: JobRow[] = [];
  for (const { id, attempt } of expired) {
    const error = attempt >= maxAttempts ? jsonOrNull(runnerLost(attempt)) : undefined;
    const step = await stepJob(tx, {
      jobId: id,
      event: { type: "lease-lost" },
      fence: { attempt, leaseExpiredBefore: now },
      now,
      set: { error },
    }).catch(nullWhenEnded);
    if (step) swept.push(step.job);
  }
  return swept;
}

/** Its runner came back and ended it between the look and the step. */
function nullWhenEnded(error: unknown): null {
  if (error instanceof LatheError && error.code === "illegal_transition") return null;
  throw error;
}

function runnerLost(attempt: number): { code: string; message: string; nextStep: string } {
  return new LatheError({
    code: "runner_lost",
    message: `The runner stopped answering while it worked on this job, ${attempt} times.`,
    nextStep: "Look at the runner's log and its memory, then start the job again.",
  }).toJSON();
}

async function sweepDeployments(tx: Prisma.TransactionClient, now: Date): Promise<Sweep["deployments"]> {
  const expired = await tx.deployment.findMany({
    where: { status: { in: ["loading", "ready"] }, leaseExpiresAt: { lt: now } },
    include: { endpoint: true },
  });
  const swept: Sweep["deployments"] = [];
  for (const row of expired) {
    const { count } = await tx.deployment.updateMany({
      where: { id: row.id, status: row.status, leaseExpiresAt: { lt: now } },
      data: {
        status: nextDeploymentStatus(row.status as DeploymentStatus, { type: "lease-lost" }),
        runnerId: null,
        leaseExpiresAt: null,
      },
    });
    if (count > 0) swept.push({ deploymentId: row.id, workspaceId: row.endpoint.workspaceId, endpoint: row.endpoint.name });
  }
  return swept;
}
