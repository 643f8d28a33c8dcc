import type { Database } from "./database";
import type { SampleRow } from "./rows";

/** In manifest order. @param after the last index seen; -1 is before the first. @param search in the key, without case */
export async function listSamples(
  db: Database,
  options: { datasetVersionId: string; after: number; limit: number; label?: string; split?: string; search?: string },
): Promise<SampleRow[]> {
  const { datasetVersionId, after, limit, label, split, search } = options;
  return db.sample.findMany({
    where: {
      datasetVersionId,
      index: { gt: after },
      ...(label === undefined ? {} : { label }),
      ...(split === undefined ? {} : { split }),
      ...(search ? { key: { contains: search, mode: "insensitive" as const } } : {}),
    },
    orderBy: { index: "asc" },
    take: limit,
  });
}
