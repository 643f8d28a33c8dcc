import type { Database } from "./database";
import type { SampleRow } from "./rows";

export type ExportRow = Pick<SampleRow, "index" | "key" | "etag" | "label" | "split" | "sha256" | "sizeBytes" | "width" | "height" | "boxes">;

const columns = { index: true, key: true, etag: true, label: true, split: true, sha256: true, sizeBytes: true, width: true, height: true, boxes: true } as const;

/** A page of a version's samples in manifest order, without those dropped. @param after the last index seen, -1 at first */
export async function listExportRows(db: Database, options: { datasetVersionId: string; after: number; limit: number }): Promise<ExportRow[]> {
  const { datasetVersionId, after, limit } = options;
  return db.sample.findMany({ where: { datasetVersionId, dropped: false, index: { gt: after } }, orderBy: { index: "asc" }, take: limit, select: columns });
}
