import type { Database } from "./database";
import type { SampleRow } from "./rows";

/** What a version already knows of objects, by key. */
export async function findKnownSamples(
  db: Database,
  { datasetVersionId, keys }: { datasetVersionId: string; keys: readonly string[] },
): Promise<Map<string, SampleRow>> {
  const rows = await db.sample.findMany({ where: { datasetVersionId, key: { in: [...keys] } } });
  return new Map(rows.map((row) => [row.key, row]));
}
