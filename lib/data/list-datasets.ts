import { datasetVersionInclude, type DatasetVersionView } from "./dataset-version-view";
import type { Database } from "./database";

export type DatasetView = { name: string; createdAt: Date; versions: number; latest: DatasetVersionView | null };

export async function listDatasets(db: Database, { workspaceId }: { workspaceId: string }): Promise<DatasetView[]> {
  const rows = await db.dataset.findMany({
    where: { workspaceId },
    orderBy: { name: "asc" },
    include: {
      _count: { select: { versions: true } },
      versions: { orderBy: { version: "desc" }, take: 1, include: datasetVersionInclude },
    },
  });
  return rows.map(({ name, createdAt, _count, versions }) => ({ name, createdAt, versions: _count.versions, latest: versions[0] ?? null }));
}
