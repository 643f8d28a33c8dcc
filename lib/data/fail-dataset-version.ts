import { json, type Database } from "./database";

/** @param error protocol Problem. @returns false when the version was not importing any more */
export async function failDatasetVersion(
  db: Database,
  { datasetVersionId, error }: { datasetVersionId: string; error: object },
): Promise<boolean> {
  const { count } = await db.datasetVersion.updateMany({
    where: { id: datasetVersionId, status: "importing" },
    data: { status: "failed", error: json(error) },
  });
  return count > 0;
}
