import type { Database } from "./database";
import { newDatasetId, newDatasetVersionId, newJobId } from "./ids";

/**
 * The dataset's next version, `importing`, and the job that imports it, `queued`; the caller sends the job to the queue.
 * Two at once get numbers one after the other.
 */
export async function createDatasetVersion(
  db: Database,
  options: {
    workspaceId: string; dataset: string; bucket: string; prefix: string; createdById: string;
    /** what it is made from, when that is a version */
    baseVersion?: number;
    format?: string | undefined;
    /** further ones, of protocol ImportParams */
    params?: object;
  },
): Promise<{ version: number; datasetVersionId: string; jobId: string }> {
  const { workspaceId, dataset: name, bucket, prefix, createdById, baseVersion, format } = options;
  return db.$transaction(async (tx) => {
    await tx.dataset.createMany({ data: [{ id: newDatasetId(), workspaceId, name }], skipDuplicates: true });
    const [dataset] = await tx.$queryRaw<{ id: string; lastDeleted: number }[]>`
      SELECT "id", "lastDeleted" FROM "dataset" WHERE "workspaceId" = ${workspaceId} AND "name" = ${name} FOR UPDATE`;
    const newest = await tx.datasetVersion.aggregate({ where: { datasetId: dataset!.id }, _max: { version: true } });
    const version = Math.max(newest._max.version ?? 0, dataset!.lastDeleted) + 1;
    const datasetVersionId = newDatasetVersionId();
    await tx.datasetVersion.create({ data: { id: datasetVersionId, datasetId: dataset!.id, version, status: "importing", bucket, prefix, createdById, baseVersion: baseVersion ?? null, ...(format === undefined ? {} : { format }) } });
    const jobId = newJobId();
    await tx.job.create({
      data: {
        id: jobId, workspaceId, kind: "import-dataset", name, status: "queued",
        params: { dataset: name, bucket, prefix, ...options.params }, datasetVersionId, createdById,
      },
    });
    return { version, datasetVersionId, jobId };
  });
}
