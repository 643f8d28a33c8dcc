import { findDatasetVersionViews, type DatasetVersionView } from "./dataset-version-view";
import type { Database } from "./database";

export type DatasetView = { name: string; createdAt: Date; versions: number; latest: DatasetVersionView | null };

export async function listDatasets(db: Database, { workspaceId }: { workspaceId: string }): Promise<DatasetView[]> {
  const rows = await db.dataset.findMany({
    where: { workspaceId },
    orderBy: { name: "asc" },
    include: {
      _count: { select: { versions: true } },
      versions: { orderBy: { version: "desc" }, take: 1, select: { id: true } },
    },
  });
  const latest = await findDatasetVersionViews(db, { where: { id: { in: rows.flatMap(({ versions }) => versions.map(({ id }) => id)) } } });
  const byDataset = new Map(latest.map((version) => [version.datasetId, version]));
  return rows.map(({ id, name, createdAt, _count }) => ({ name, createdAt, versions: _count.versions, latest: byDataset.get(id) ?? null }));
}
