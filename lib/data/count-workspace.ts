import type { Database } from "./database";

export type WorkspaceCounts = {
  buckets: number;
  datasets: number;
  readyDatasets: number;
  jobs: number;
  models: number;
  endpoints: number;
};

export async function countWorkspace(db: Database, { workspaceId }: { workspaceId: string }): Promise<WorkspaceCounts> {
  const [buckets, datasets, readyDatasets, jobs, models, endpoints] = await Promise.all([
    db.bucket.count({ where: { workspaceId } }),
    db.dataset.count({ where: { workspaceId } }),
    db.dataset.count({ where: { workspaceId, versions: { some: { status: "ready" } } } }),
    db.job.count({ where: { workspaceId } }),
    db.model.count({ where: { workspaceId, versions: { some: {} } } }),
    db.endpoint.count({ where: { workspaceId } }),
  ]);
  return { buckets, datasets, readyDatasets, jobs, models, endpoints };
}
