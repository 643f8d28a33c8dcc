import type { Box } from "#lib/domain/dataset";
import type { Database } from "./database";

/** What freezing needs of a sample. */
export type VersionSample = {
  index: number;
  key: string;
  label: string | null;
  split: string | null;
  sha256: string;
  sizeBytes: number;
  width: number;
  height: number;
  boxes: Box[] | null;
  pictureHash: Uint8Array | null;
  sharpness: number | null;
  brightness: number | null;
  groupId: number | null;
};

const batchRows = 5_000;

export async function countKept(db: Database, { datasetVersionId }: { datasetVersionId: string }): Promise<number> {
  return db.sample.count({ where: { datasetVersionId, dropped: false } });
}

/** Those that are not dropped, in the order of their indexes, some thousand at a time. */
export async function* readVersionSamples(db: Database, { datasetVersionId }: { datasetVersionId: string }): AsyncGenerator<VersionSample[]> {
  for (let after = -1; ; ) {
    const rows = await db.$queryRaw<VersionSample[]>`
      SELECT "index", "key", "label", "split", "sha256", "sizeBytes", "width", "height", "boxes", "pictureHash", "sharpness", "brightness", "groupId"
      FROM "sample" WHERE "datasetVersionId" = ${datasetVersionId} AND "index" > ${after} AND NOT "dropped" ORDER BY "index" LIMIT ${batchRows}`;
    if (rows.length > 0) yield rows;
    if (rows.length < batchRows) return;
    after = rows.at(-1)!.index;
  }
}

export type VersionRejection = { index: number; key: string; code: string; reason: string };

export async function* readVersionRejections(db: Database, { datasetVersionId }: { datasetVersionId: string }): AsyncGenerator<VersionRejection[]> {
  for (let after = -1; ; ) {
    const rows = await db.rejection.findMany({ where: { datasetVersionId, index: { gt: after } }, orderBy: { index: "asc" }, take: batchRows });
    if (rows.length > 0) yield rows;
    if (rows.length < batchRows) return;
    after = rows.at(-1)!.index;
  }
}
