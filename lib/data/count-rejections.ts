import type { Database } from "./database";

export async function countRejections(db: Database, { datasetVersionId }: { datasetVersionId: string }): Promise<number> {
  return db.rejection.count({ where: { datasetVersionId } });
}
