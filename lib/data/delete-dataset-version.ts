import { LatheError, notFound } from "#lib/domain/errors";
import { longTransaction, type Database } from "./database";

/**
 * Deletes a version and all its rows. Its number is not given again.
 *
 * The locks make it safe beside those who begin to use the version: whoever adds a job or a model that refers to it, or
 * the next version, waits for the row that is locked here, and then finds it gone; or was first, and is found.
 * @returns its id, whose manifest the caller removes from the object store
 * @throws LatheError 404; 409 `dataset_version_in_use` while a publication, a model, a job at work or a version in the
 *   making holds it
 */
export async function deleteDatasetVersion(
  db: Database,
  { workspaceId, dataset: name, version }: { workspaceId: string; dataset: string; version: number },
): Promise<{ datasetVersionId: string }> {
  const shown = `${name}@${version}`;
  return db.$transaction(async (tx) => {
    const [dataset] = await tx.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "dataset" WHERE "workspaceId" = ${workspaceId} AND "name" = ${name} FOR UPDATE`;
    if (!dataset) throw notFound("dataset", shown);
    const [row] = await tx.$queryRaw<{ id: string; publishedAt: Date | null }[]>`
      SELECT "id", "publishedAt" FROM "dataset_version" WHERE "datasetId" = ${dataset.id} AND "version" = ${version} FOR UPDATE`;
    if (!row) throw notFound("dataset", shown);

    if (row.publishedAt) throw inUse(`${shown} is published.`, "Take the publication back, then delete it.");
    const model = await tx.modelVersion.findFirst({ where: { datasetVersionId: row.id }, select: { version: true, model: { select: { name: true } } } });
    if (model) {
      throw inUse(`The model ${model.model.name}@${model.version} was trained on ${shown}.`, "Delete that model version first, or keep the data it was made from.");
    }
    const job = await tx.job.findFirst({ where: { datasetVersionId: row.id, status: { in: ["queued", "running", "stopping"] } }, select: { id: true, kind: true } });
    if (job) throw inUse(`The job ${job.id} (${job.kind}) works with ${shown}.`, "Wait until it has ended, or stop it, then delete the version.");
    const derived = await tx.datasetVersion.findFirst({ where: { datasetId: dataset.id, baseVersion: version, status: "importing" }, select: { version: true } });
    if (derived) throw inUse(`${name}@${derived.version} is being made from ${shown}.`, "Wait until it is made, then delete this one.");

    await tx.$executeRaw`UPDATE "dataset" SET "lastDeleted" = greatest("lastDeleted", ${version}) WHERE "id" = ${dataset.id}`;
    await tx.datasetVersion.delete({ where: { id: row.id } });
    return { datasetVersionId: row.id };
  }, longTransaction);
}

function inUse(message: string, nextStep: string): LatheError {
  return new LatheError({ code: "dataset_version_in_use", message, nextStep, status: 409 });
}
