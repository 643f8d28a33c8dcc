import { LatheError, movedOn, notFound } from "#lib/domain/errors";
import { isUniqueViolation } from "./database-error";
import { findDatasetVersionViews, type DatasetVersionView } from "./dataset-version-view";
import type { Database } from "./database";

/**
 * Names a version, publishes it or takes that back; what is left out stays.
 * @param name null takes the name away
 * @throws LatheError 404; 409 `not_frozen` when what is to be published is not ready, `version_name_taken`
 */
export async function updateDatasetVersion(
  db: Database,
  options: { workspaceId: string; dataset: string; version: number; name?: string | null; published?: boolean; now?: Date },
): Promise<DatasetVersionView> {
  const { workspaceId, dataset, version, name, published, now = new Date() } = options;
  const shown = `${dataset}@${version}`;
  const row = await db.datasetVersion.findFirst({ where: { version, dataset: { workspaceId, name: dataset } } });
  if (!row) throw notFound("dataset", shown);
  if (published === true && row.status !== "ready") {
    throw new LatheError({
      code: "not_frozen",
      message: `${shown} is not frozen, so it could still change after it was published.`,
      nextStep: "Freeze it first, then publish it.",
      status: 409,
    });
  }
  try {
    const { count } = await db.datasetVersion.updateMany({
      where: { id: row.id, ...(published === true ? { status: "ready" } : {}) },
      data: {
        ...(name === undefined ? {} : { name }),
        // A version that is published already keeps the time it was.
        ...(published === undefined ? {} : { publishedAt: published ? (row.publishedAt ?? now) : null }),
      },
    });
    if (count === 0) throw movedOn("dataset version", shown, ["ready"]);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new LatheError({
      code: "version_name_taken",
      message: `Another version of "${dataset}" is called "${name}" already.`,
      nextStep: "Choose another name, or take it away from that version first.",
      status: 409,
      cause: error,
    });
  }
  const [updated] = await findDatasetVersionViews(db, { where: { id: row.id } });
  if (!updated) throw notFound("dataset", shown);
  return updated;
}
