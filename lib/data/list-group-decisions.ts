import type { Database } from "./database";

/** The groups that a person kept apart. */
export async function listGroupDecisions(db: Database, { datasetVersionId }: { datasetVersionId: string }): Promise<{ id: number; keptApart: boolean }[]> {
  return db.duplicateGroup.findMany({ where: { datasetVersionId, keptApart: true }, select: { id: true, keptApart: true } });
}
