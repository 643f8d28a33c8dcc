import { longTransaction, type Database } from "./database";
import { fenceVersion, type VersionFence } from "./fence-version";

export type GroupRow = { id: number; kind: string; size: number; conflicting: boolean; keptApart: boolean };
export type PlacedSample = { index: number; groupId: number | null; split: string | null };

/**
 * Which groups a version's samples make, and on which side each is, in the stead of what was there: all or nothing, because
 * the samples name their groups.
 * @param samples those whose group or side changes, some thousand at a time
 */
export async function writeGroups(
  db: Database,
  options: {
    fence: VersionFence;
    groups: readonly GroupRow[];
    findings: readonly { code: string; indexes: readonly number[] }[];
    samples: () => Iterable<PlacedSample[]>;
  },
): Promise<void> {
  const { fence, groups, findings, samples } = options;
  const { datasetVersionId } = fence;
  await db.$transaction(async (tx) => {
    await fenceVersion(tx, fence);
    await tx.duplicateGroup.deleteMany({ where: { datasetVersionId } });
    await tx.sampleFinding.deleteMany({ where: { datasetVersionId } });
    for (const batch of batchesOf(groups)) {
      await tx.$executeRaw`
        INSERT INTO "duplicate_group" ("datasetVersionId", "id", "kind", "size", "conflicting", "keptApart")
        SELECT ${datasetVersionId}, r."id", r."kind", r."size", r."conflicting", r."keptApart"
        FROM json_to_recordset(${JSON.stringify(batch)}::json) AS r("id" int, "kind" text, "size" int, "conflicting" boolean, "keptApart" boolean)`;
    }
    for (const { code, indexes } of findings) {
      for (const batch of batchesOf(indexes)) {
        await tx.$executeRaw`
          INSERT INTO "sample_finding" ("datasetVersionId", "code", "index")
          SELECT ${datasetVersionId}, ${code}, r.value::int FROM json_array_elements_text(${JSON.stringify(batch)}::json) AS r`;
      }
    }
    for (const batch of samples()) {
      await tx.$executeRaw`
        UPDATE "sample" AS s SET "groupId" = r."groupId", "split" = r."split"
        FROM json_to_recordset(${JSON.stringify(batch)}::json) AS r("index" int, "groupId" int, "split" text)
        WHERE s."datasetVersionId" = ${datasetVersionId} AND s."index" = r."index"`;
    }
  }, wholeVersion);
}

/** A million rows that all change sides take a minute or two, on a busy machine many. */
const wholeVersion = { ...longTransaction, timeout: 2 * 3_600_000 };

function* batchesOf<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += 20_000) yield items.slice(start, start + 20_000);
}
