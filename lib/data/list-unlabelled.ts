import type { Database } from "./database";

export type UnlabelledSample = { index: number; key: string; sha256: string; sizeBytes: number; revision: number };

/** A draft's samples without a label, dropped ones left out, in the order of their index. @param after -1 is before the first */
export async function listUnlabelled(
  db: Database,
  { datasetVersionId, after, limit }: { datasetVersionId: string; after: number; limit: number },
): Promise<UnlabelledSample[]> {
  return db.sample.findMany({
    where: { datasetVersionId, label: null, dropped: false, index: { gt: after } },
    orderBy: { index: "asc" },
    take: limit,
    select: { index: true, key: true, sha256: true, sizeBytes: true, revision: true },
  });
}
