import type { Database } from "./database";
import type { RunnerRow } from "./rows";

export async function listRunners(db: Database): Promise<RunnerRow[]> {
  return db.runner.findMany({ orderBy: { name: "asc" } });
}

/** Of these ids, those that belong to the workspace: a runner's load names work of every workspace. */
export async function keepOwn(
  db: Database,
  { workspaceId, jobIds, deploymentIds }: { workspaceId: string; jobIds: string[]; deploymentIds: string[] },
): Promise<{ jobs: Set<string>; deployments: Set<string> }> {
  const [jobs, deployments] = await Promise.all([
    jobIds.length ? db.job.findMany({ where: { workspaceId, id: { in: jobIds } }, select: { id: true } }) : [],
    deploymentIds.length
      ? db.deployment.findMany({ where: { id: { in: deploymentIds }, endpoint: { workspaceId } }, select: { id: true } })
      : [],
  ]);
  return { jobs: new Set(jobs.map(({ id }) => id)), deployments: new Set(deployments.map(({ id }) => id)) };
}
