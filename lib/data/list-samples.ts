import { Prisma } from "#prisma/client";
import type { Database } from "./database";
import type { SampleRow } from "./rows";
import { sampleWhere, type SampleFilter } from "./sample-filter";

/** The last sample seen: by its index, or, least sure first, by its suggestion's probability and its index. */
export type SampleCursor = { index: number; probability?: number };

/**
 * In manifest order, or those with a suggestion, the least sure ones first.
 * @param after null: from the beginning
 */
export async function listSamples(
  db: Database,
  options: { datasetVersionId: string; after: SampleCursor | null; limit: number; filter: SampleFilter; order?: "index" | "unsure" },
): Promise<SampleRow[]> {
  const { datasetVersionId, after, limit, filter, order = "index" } = options;
  const where = sampleWhere(datasetVersionId, filter);
  if (order === "index") {
    return db.$queryRaw<SampleRow[]>`
      SELECT s.* FROM "sample" AS s WHERE ${where} AND s."index" > ${after?.index ?? -1} ORDER BY s."index" LIMIT ${limit}`;
  }
  const behind = after ? Prisma.sql`AND (s."suggestedProbability", s."index") > (${after.probability ?? 0}::real, ${after.index})` : Prisma.empty;
  return db.$queryRaw<SampleRow[]>`
    SELECT s.* FROM "sample" AS s WHERE ${where} AND s."suggestedProbability" IS NOT NULL ${behind}
    ORDER BY s."suggestedProbability", s."index" LIMIT ${limit}`;
}
