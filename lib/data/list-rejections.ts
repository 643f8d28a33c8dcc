import type { Database } from "./database";
import type { RejectionRow } from "./rows";

/** @param after the last index seen; -1 is before the first */
export async function listRejections(
  db: Database,
  { datasetVersionId, after, limit }: { datasetVersionId: string; after: number; limit: number },
): Promise<RejectionRow[]> {
  return db.rejection.findMany({ where: { datasetVersionId, index: { gt: after } }, orderBy: { index: "asc" }, take: limit });
}
