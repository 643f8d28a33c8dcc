import type { Database } from "./database";

/** Median of the short sides of a version's pictures, px; null when it has none. */
export async function typicalSide(db: Database, { datasetVersionId }: { datasetVersionId: string }): Promise<number | null> {
  const [row] = await db.$queryRaw<{ side: number | null }[]>`
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY least("width", "height")) AS "side"
    FROM "sample" WHERE "datasetVersionId" = ${datasetVersionId}`;
  return row?.side ?? null;
}
