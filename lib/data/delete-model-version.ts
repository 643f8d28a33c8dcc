import { LatheError, notFound } from "#lib/domain/errors";
import type { Database } from "./database";

/**
 * @returns its id, whose files the caller removes from the object store
 * @throws LatheError `model_in_use` while an endpoint serves it
 */
export async function deleteModelVersion(
  db: Database,
  { workspaceId, model, version }: { workspaceId: string; model: string; version: number },
): Promise<{ modelVersionId: string }> {
  return db.$transaction(async (tx) => {
    const row = await tx.modelVersion.findFirst({
      where: { version, model: { workspaceId, name: model } },
      include: { deployments: { include: { endpoint: { select: { name: true } } } } },
    });
    if (!row) throw notFound("model", `${model}@${version}`);
    const serving = row.deployments.find(({ status }) => status !== "stopped" && status !== "failed");
    if (serving) {
      throw new LatheError({
        code: "model_in_use",
        message: `The endpoint "${serving.endpoint.name}" serves ${model}@${version}.`,
        nextStep: "Stop the endpoint or deploy another version there, then delete this one.",
        status: 409,
      });
    }
    await tx.deployment.deleteMany({ where: { modelVersionId: row.id, status: { in: ["stopped", "failed"] } } });
    await tx.modelVersion.delete({ where: { id: row.id } });
    const left = await tx.modelVersion.count({ where: { modelId: row.modelId } });
    if (left === 0) await tx.model.deleteMany({ where: { id: row.modelId, versions: { none: {} } } });
    return { modelVersionId: row.id };
  });
}
