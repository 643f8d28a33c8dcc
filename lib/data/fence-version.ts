import { movedOn } from "#lib/domain/errors";
import type { DatasetVersionStatus } from "#lib/domain/dataset";
import type { Queries } from "./database";

/** Who writes a version's rows: one attempt of the job that works on it. */
export type VersionFence = { datasetVersionId: string; jobId: string; attempt: number; status: DatasetVersionStatus };

/**
 * Locks the version for the transaction and makes sure that it is in its status and that the attempt still holds the job:
 * what a lost runner sends late is refused.
 * @throws LatheError `moved_on`
 */
export async function fenceVersion(tx: Queries, { datasetVersionId, jobId, attempt, status }: VersionFence): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT v."id" FROM "dataset_version" AS v
    WHERE v."id" = ${datasetVersionId} AND v."status" = ${status}
      AND EXISTS (SELECT 1 FROM "job" AS j WHERE j."id" = ${jobId} AND j."attempt" = ${attempt} AND j."status" IN ('running', 'stopping'))
    FOR UPDATE OF v`;
  if (rows.length === 0) throw movedOn("dataset version", datasetVersionId, [status]);
}
