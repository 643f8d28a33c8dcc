import { LatheError, notFound } from "#lib/domain/errors";
import type { Database } from "./database";

/**
 * @returns the versions' ids, whose manifests the caller removes from the object store
 * @throws LatheError `dataset_in_use` while a job works on it
 */
export async function deleteDataset(
  db: Database,
  { workspaceId, dataset }: { workspaceId: string; dataset: string },
): Promise<{ datasetVersionIds: string[] }> {
  return db.$transaction(async (tx) => {
    const row = await tx.dataset.findUnique({
      where: { workspaceId_name: { workspaceId, name: dataset } },
      include: { versions: { select: { id: true } } },
    });
    if (!row) throw notFound("dataset", dataset);
    const datasetVersionIds = row.versions.map(({ id }) => id);
    const busy = await tx.job.findFirst({
      where: { datasetVersionId: { in: datasetVersionIds }, status: { in: ["queued", "running", "stopping"] } },
      select: { id: true },
    });
    if (busy) {
      throw new LatheError({
        code: "dataset_in_use",
        message: `The job ${busy.id} works on the dataset "${dataset}".`,
        nextStep: "Wait until it has ended, or stop it, then delete the dataset.",
        status: 409,
      });
    }
    await tx.dataset.delete({ where: { id: row.id } });
    return { datasetVersionIds };
  });
}
