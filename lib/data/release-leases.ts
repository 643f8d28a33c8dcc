import type { Database } from "./database";

/**
 * Lets go of all that a runner holds, because it ends or has just started and holds nothing: the next sweep gives it to
 * others at once instead of after the lease's time.
 */
export async function releaseLeases(db: Database, { runnerId, now }: { runnerId: string; now: Date }): Promise<{ jobs: number; deployments: number }> {
  const [jobs, deployments] = await db.$transaction([
    db.job.updateMany({
      where: { runnerId, status: { in: ["running", "stopping"] }, leaseExpiresAt: { gt: now } },
      data: { leaseExpiresAt: now },
    }),
    db.deployment.updateMany({
      where: { runnerId, status: { in: ["loading", "ready"] }, leaseExpiresAt: { gt: now } },
      data: { leaseExpiresAt: now },
    }),
  ]);
  return { jobs: jobs.count, deployments: deployments.count };
}
