import { notFound } from "#lib/domain/errors";
import { findDatasetVersionViews, type DatasetVersionView } from "./dataset-version-view";
import type { Database } from "./database";

/** Newest first. @throws LatheError 404 when the workspace has no such dataset */
export async function listDatasetVersions(
  db: Database,
  { workspaceId, dataset }: { workspaceId: string; dataset: string },
): Promise<DatasetVersionView[]> {
  const rows = await findDatasetVersionViews(db, { where: { dataset: { workspaceId, name: dataset } }, orderBy: { version: "desc" } });
  // A dataset whose versions were all deleted is still there: its numbers go on.
  if (rows.length === 0 && !(await db.dataset.findUnique({ where: { workspaceId_name: { workspaceId, name: dataset } } }))) throw notFound("dataset", dataset);
  return rows;
}
