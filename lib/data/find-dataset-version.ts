import { notFound } from "#lib/domain/errors";
import { findDatasetVersionViews, type DatasetVersionView } from "./dataset-version-view";
import type { Database } from "./database";

/**
 * @param version null: the newest ready one; when none is ready, the newest
 * @throws LatheError 404 when the workspace has no such version
 */
export async function findDatasetVersion(
  db: Database,
  { workspaceId, dataset, version }: { workspaceId: string; dataset: string; version: number | null },
): Promise<DatasetVersionView> {
  const find = async (where: { version?: number; status?: string }) => {
    const rows = await findDatasetVersionViews(db, {
      where: { dataset: { workspaceId, name: dataset }, ...where }, orderBy: { version: "desc" }, take: 1,
    });
    return rows[0];
  };
  const row = version === null ? ((await find({ status: "ready" })) ?? (await find({}))) : await find({ version });
  if (!row) throw notFound("dataset", version === null ? dataset : `${dataset}@${version}`);
  return row;
}
