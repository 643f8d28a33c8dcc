import { LatheError, notFound } from "#lib/domain/errors";
import { json, type Database } from "./database";
import { newJobId } from "./ids";

/**
 * Closes a draft to changes and makes the job that freezes it, `queued`; the caller sends it to the queue.
 * @param params protocol SplitOptions under `split`
 * @throws LatheError 404, 409 `not_a_draft`
 */
export async function requestFreeze(
  db: Database,
  { workspaceId, dataset, version, params, createdById }: { workspaceId: string; dataset: string; version: number; params: object; createdById: string },
): Promise<{ datasetVersionId: string; jobId: string }> {
  return db.$transaction(async (tx) => {
    const row = await tx.datasetVersion.findFirst({ where: { version, dataset: { workspaceId, name: dataset } }, select: { id: true, status: true } });
    if (!row) throw notFound("dataset", `${dataset}@${version}`);
    const { count } = await tx.datasetVersion.updateMany({ where: { id: row.id, status: "draft" }, data: { status: "freezing" } });
    if (count === 0) {
      throw new LatheError({
        code: "not_a_draft",
        message: `${dataset}@${version} is no draft: it is ${row.status}.`,
        nextStep: "Open a draft from it to change it, and freeze that.",
        status: 409,
      });
    }
    const jobId = newJobId();
    await tx.job.create({
      data: { id: jobId, workspaceId, kind: "freeze-dataset", name: dataset, status: "queued", params: json(params), datasetVersionId: row.id, createdById },
    });
    return { datasetVersionId: row.id, jobId };
  });
}
