import { longTransaction, type Database } from "./database";
import { fenceVersion, type VersionFence } from "./fence-version";

/**
 * Copies the rows of a version at the places `from` … `to` (not included) into another. Doing it again changes nothing.
 * @returns how many samples were copied now
 */
export async function copyVersionSamples(
  db: Database,
  { fence, baseVersionId, from, to }: { fence: VersionFence; baseVersionId: string; from: number; to: number },
): Promise<number> {
  const { datasetVersionId } = fence;
  return db.$transaction(async (tx) => {
    await fenceVersion(tx, fence);
    await tx.$executeRaw`
      INSERT INTO "rejection" ("datasetVersionId", "index", "key", "code", "reason")
      SELECT ${datasetVersionId}, "index", "key", "code", "reason" FROM "rejection"
      WHERE "datasetVersionId" = ${baseVersionId} AND "index" >= ${from} AND "index" < ${to} ON CONFLICT DO NOTHING`;
    return tx.$executeRaw`
      INSERT INTO "sample" ("datasetVersionId", "index", "key", "etag", "label", "split", "sha256", "sizeBytes", "width", "height", "boxes", "pictureHash",
        "sharpness", "brightness", "groupId", "state", "labelledById", "labelledAt", "suggestedLabel", "suggestedProbability")
      SELECT ${datasetVersionId}, "index", "key", "etag", "label", "split", "sha256", "sizeBytes", "width", "height", "boxes", "pictureHash",
        "sharpness", "brightness", "groupId", "state", "labelledById", "labelledAt", "suggestedLabel", "suggestedProbability"
      FROM "sample" WHERE "datasetVersionId" = ${baseVersionId} AND "index" >= ${from} AND "index" < ${to} ON CONFLICT DO NOTHING`;
  }, longTransaction);
}

/** Copies what a person decided about groups, so that the next grouping knows of it. */
export async function copyGroups(db: Database, { fence, baseVersionId }: { fence: VersionFence; baseVersionId: string }): Promise<void> {
  await db.$transaction(async (tx) => {
    await fenceVersion(tx, fence);
    await tx.$executeRaw`
      INSERT INTO "duplicate_group" ("datasetVersionId", "id", "kind", "size", "conflicting", "keptApart")
      SELECT ${fence.datasetVersionId}, "id", "kind", "size", "conflicting", "keptApart" FROM "duplicate_group"
      WHERE "datasetVersionId" = ${baseVersionId} ON CONFLICT DO NOTHING`;
  }, longTransaction);
}

/** One behind the last place that a version has rows at. */
export async function endOfVersion(db: Database, { datasetVersionId }: { datasetVersionId: string }): Promise<number> {
  const [samples, rejections] = await Promise.all([
    db.sample.aggregate({ where: { datasetVersionId }, _max: { index: true } }),
    db.rejection.aggregate({ where: { datasetVersionId }, _max: { index: true } }),
  ]);
  return Math.max(samples._max.index ?? -1, rejections._max.index ?? -1) + 1;
}
