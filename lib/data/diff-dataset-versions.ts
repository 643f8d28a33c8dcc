import { LatheError } from "#lib/domain/errors";
import type { Prisma } from "#prisma/client";
import { json, longTransaction, type Database, type Queries } from "./database";
import { newVersionDiffId } from "./ids";

export type DiffCounts = { added: number; removed: number; relabelled: number; moved: number; replaced: number; same: number };
type Version = { id: string; status: string; draftRevision: number };

/** Freezing changes a draft's rows without a revision of its own. */
const revisionOf = ({ status, draftRevision }: Version): number => (status === "ready" ? -1 : draftRevision);


/** Differences kept a dataset; the oldest go first. Each holds one row for each key that differs. */
const keptDiffs = 6;

/**
 * What changed between two versions of one dataset, by key: worked out at the first call and kept, so that a page of a
 * million differences is a look at an index. A draft's is worked out anew after each of its changes.
 * @param from of the same dataset as `to`; dropped samples count as not being there
 */
export async function diffDatasetVersions(db: Database, { datasetId, from, to }: { datasetId: string; from: Version; to: Version }): Promise<{ diffId: string; counts: DiffCounts }> {
  const kept = await findKept(db, from, to);
  if (kept) return kept;
  return db.$transaction(async (tx) => {
    // Of several who ask at once, one works it out and the others wait for it.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`version_diff ${from.id} ${to.id}`}, 0))`;
    const meanwhile = await findKept(tx, from, to);
    if (meanwhile) return meanwhile;
    await tx.versionDiff.deleteMany({ where: { fromId: from.id, toId: to.id } });
    await forgetOldest(tx, datasetId);
    const diffId = newVersionDiffId();
    await tx.versionDiff.create({
      data: { id: diffId, fromId: from.id, toId: to.id, fromRevision: revisionOf(from), toRevision: revisionOf(to), counts: {} },
    });
    await tx.$executeRaw`SET LOCAL work_mem = '64MB'`;
    await tx.$executeRaw`
      INSERT INTO "version_change" ("diffId", "position", "kind", "key", "beforeIndex", "afterIndex")
      SELECT ${diffId}, row_number() OVER (ORDER BY "key" COLLATE "C") - 1, "kind", "key", "beforeIndex", "afterIndex" FROM (
        SELECT coalesce(a."key", b."key") AS "key", b."index" AS "beforeIndex", a."index" AS "afterIndex",
          CASE
            WHEN b."index" IS NULL THEN 'added'
            WHEN a."index" IS NULL THEN 'removed'
            WHEN a."sha256" <> b."sha256" THEN 'replaced'
            WHEN a."label" IS DISTINCT FROM b."label" THEN 'relabelled'
            WHEN a."split" IS DISTINCT FROM b."split" THEN 'moved'
          END AS "kind"
        FROM (SELECT "key", "index", "sha256", "label", "split" FROM "sample" WHERE "datasetVersionId" = ${from.id} AND NOT "dropped") b
        FULL JOIN (SELECT "key", "index", "sha256", "label", "split" FROM "sample" WHERE "datasetVersionId" = ${to.id} AND NOT "dropped") a
          ON a."key" = b."key"
      ) compared WHERE "kind" IS NOT NULL`;
    const counts = await countChanges(tx, diffId, from.id);
    await tx.versionDiff.update({ where: { id: diffId }, data: { counts: json(counts) } });
    return { diffId, counts };
  }, longTransaction);
}

async function findKept(db: Queries, from: Version, to: Version): Promise<{ diffId: string; counts: DiffCounts } | null> {
  const row = await db.versionDiff.findFirst({ where: { fromId: from.id, toId: to.id, fromRevision: revisionOf(from), toRevision: revisionOf(to) } });
  return row && { diffId: row.id, counts: row.counts as DiffCounts };
}

async function countChanges(tx: Prisma.TransactionClient, diffId: string, fromId: string): Promise<DiffCounts> {
  const counts: DiffCounts = { added: 0, removed: 0, relabelled: 0, moved: 0, replaced: 0, same: 0 };
  const groups = await tx.versionChange.groupBy({ by: ["kind"], where: { diffId }, _count: { _all: true } });
  for (const { kind, _count } of groups) counts[kind as keyof DiffCounts] = _count._all;
  const before = await tx.sample.count({ where: { datasetVersionId: fromId, dropped: false } });
  counts.same = before - counts.removed - counts.relabelled - counts.moved - counts.replaced;
  return counts;
}

async function forgetOldest(tx: Prisma.TransactionClient, datasetId: string): Promise<void> {
  const old = await tx.versionDiff.findMany({ where: { to: { datasetId } }, orderBy: { computedAt: "desc" }, skip: keptDiffs - 1, select: { id: true } });
  if (old.length > 0) await tx.versionDiff.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
}

/** @throws LatheError 409 `dataset_not_ready` for a version whose samples are not all there yet, or never came */
export function requireComparable(shown: string, status: string): void {
  if (status === "ready" || status === "draft" || status === "freezing") return;
  throw new LatheError({
    code: "dataset_not_ready",
    message: `${shown} has no samples to compare: it is ${status}.`,
    nextStep: status === "importing" ? "Wait until its import has ended." : "Choose another version.",
    status: 409,
  });
}
