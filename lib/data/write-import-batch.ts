import type { Box, Rejection } from "#lib/domain/dataset";
import { longTransaction, type Database } from "./database";
import { fenceVersion, type VersionFence } from "./fence-version";

/** A sample on its way into a version; `index` is its place in what was found. */
export type ImportedSample = {
  index: number;
  key: string;
  etag: string;
  label: string | null;
  split: string | null;
  sha256: string;
  sizeBytes: number;
  width: number;
  height: number;
  boxes: Box[] | null;
  /** hex, 32 bytes */
  pictureHash: string | null;
  sharpness: number | null;
  brightness: number | null;
  state: string;
  labelledById: string | null;
  labelledAt: Date | null;
  groupId: number | null;
};

/**
 * Writes what was found at the places `from` … `to` (not included) of a listing, in the stead of what an attempt before
 * this one wrote there.
 * @throws LatheError `moved_on` when the version is not the attempt's any more
 */
export async function writeImportBatch(
  db: Database,
  options: { fence: VersionFence; from: number; to: number; samples: readonly ImportedSample[]; rejections: readonly (Rejection & { index: number })[] },
): Promise<void> {
  const { fence, from, to, samples, rejections } = options;
  const { datasetVersionId } = fence;
  await db.$transaction(async (tx) => {
    await fenceVersion(tx, fence);
    if (fence.attempt > 1) {
      await tx.sample.deleteMany({ where: { datasetVersionId, index: { gte: from, lt: to } } });
      await tx.rejection.deleteMany({ where: { datasetVersionId, index: { gte: from, lt: to } } });
    }
    if (samples.length > 0) {
      // One JSON instead of 17 parameters a row: PostgreSQL takes 65,535 a statement.
      await tx.$executeRaw`
        INSERT INTO "sample" ("datasetVersionId", "index", "key", "etag", "label", "split", "sha256", "sizeBytes", "width", "height", "boxes",
          "pictureHash", "sharpness", "brightness", "state", "labelledById", "labelledAt", "groupId")
        SELECT ${datasetVersionId}, r."index", r."key", r."etag", r."label", r."split", r."sha256", r."sizeBytes", r."width", r."height", r."boxes",
          decode(r."pictureHash", 'hex'), r."sharpness", r."brightness", r."state", r."labelledById", r."labelledAt", r."groupId"
        FROM json_to_recordset(${JSON.stringify(samples)}::json) AS r("index" int, "key" text, "etag" text, "label" text, "split" text, "sha256" text,
          "sizeBytes" int, "width" int, "height" int, "boxes" jsonb, "pictureHash" text, "sharpness" real, "brightness" real, "state" text,
          "labelledById" text, "labelledAt" timestamp, "groupId" int)`;
    }
    if (rejections.length > 0) await tx.rejection.createMany({ data: rejections.map((rejection) => ({ datasetVersionId, ...rejection })) });
  }, longTransaction);
}

/** Removes what an attempt before this one wrote behind the end of the listing. */
export async function trimImport(db: Database, { fence, count }: { fence: VersionFence; count: number }): Promise<void> {
  const { datasetVersionId } = fence;
  await db.$transaction(async (tx) => {
    await fenceVersion(tx, fence);
    await tx.sample.deleteMany({ where: { datasetVersionId, index: { gte: count } } });
    await tx.rejection.deleteMany({ where: { datasetVersionId, index: { gte: count } } });
  }, longTransaction);
}
