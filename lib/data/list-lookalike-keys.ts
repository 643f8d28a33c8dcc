import type { Database } from "./database";

/**
 * Samples whose keys are the same text in another Unicode normal form, so that nobody can tell them apart by reading: é as
 * one code point and as two. Only keys beyond ASCII are looked at.
 * @returns their indexes, ascending
 */
export async function listLookalikeKeys(db: Database, { datasetVersionId }: { datasetVersionId: string }): Promise<number[]> {
  const rows = await db.$queryRaw<{ index: number }[]>`
    SELECT "index" FROM (
      SELECT "index", count(*) OVER (PARTITION BY normalize("key", NFC)) AS "alike" FROM "sample"
      WHERE "datasetVersionId" = ${datasetVersionId} AND NOT "dropped" AND octet_length("key") > char_length("key")
    ) AS "forms" WHERE "alike" > 1 ORDER BY "index"`;
  return rows.map(({ index }) => index);
}
