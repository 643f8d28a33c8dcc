import { json, type Queries } from "./database";

/**
 * Its job ended otherwise than well: an import has failed for good, a freeze leaves the draft as it was.
 * @param error protocol Problem
 * @returns false when the version was neither importing nor freezing any more
 */
export async function failDatasetVersion(db: Queries, { datasetVersionId, error }: { datasetVersionId: string; error: object }): Promise<boolean> {
  const imports = await db.datasetVersion.updateMany({ where: { id: datasetVersionId, status: "importing" }, data: { status: "failed", error: json(error) } });
  const freezes = await db.datasetVersion.updateMany({ where: { id: datasetVersionId, status: "freezing" }, data: { status: "draft", error: json(error) } });
  return imports.count + freezes.count > 0;
}
