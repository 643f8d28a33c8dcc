import { movedOn } from "#lib/domain/errors";
import { json, type Database } from "./database";
import { newModelId, newModelVersionId } from "./ids";

/**
 * The model's files are in the object store: give the version its number. Two jobs that finish together get numbers one
 * after the other; a job that was tried again gets the version its first try made.
 *
 * @param modelVersionId the one the files' keys were built from (`newModelVersionId()`)
 * @param attempt when given, refused unless it is still the job's
 * @param metrics name → value or null
 * @returns model "NAME@V"; created false when the job had made its version before
 * @throws LatheError `moved_on` when the attempt is no longer the job's
 */
export async function createModelVersion(
  db: Database,
  options: {
    modelVersionId?: string;
    workspaceId: string;
    name: string;
    jobId: string;
    attempt?: number;
    datasetVersionId: string | null;
    preset: string;
    parameterCount: number;
    sizeBytes: number;
    signature: object;
    metrics: object;
    report: object;
    files: object[];
  },
): Promise<{ model: string; name: string; version: number; modelVersionId: string; created: boolean }> {
  const { workspaceId, name, jobId } = options;
  return db.$transaction(async (tx) => {
    if (options.attempt !== undefined) {
      // The lock holds off a sweep that would give the job away while the version is written.
      const held = await tx.$queryRaw<unknown[]>`
        SELECT 1 FROM "job" WHERE "id" = ${jobId} AND "attempt" = ${options.attempt} AND "status" IN ('running', 'stopping') FOR SHARE`;
      if (held.length === 0) throw movedOn("job", jobId, [`at attempt ${options.attempt}`]);
    }
    await tx.model.createMany({ data: [{ id: newModelId(), workspaceId, name }], skipDuplicates: true });
    const [model] = await tx.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "model" WHERE "workspaceId" = ${workspaceId} AND "name" = ${name} FOR UPDATE`;
    const earlier = await tx.modelVersion.findFirst({ where: { jobId, modelId: model!.id } });
    if (earlier) {
      return { model: `${name}@${earlier.version}`, name, version: earlier.version, modelVersionId: earlier.id, created: false };
    }
    const newest = await tx.modelVersion.aggregate({ where: { modelId: model!.id }, _max: { version: true } });
    const version = (newest._max.version ?? 0) + 1;
    const row = await tx.modelVersion.create({
      data: {
        id: options.modelVersionId ?? newModelVersionId(),
        modelId: model!.id,
        version,
        jobId,
        datasetVersionId: options.datasetVersionId,
        preset: options.preset,
        parameterCount: options.parameterCount,
        sizeBytes: BigInt(options.sizeBytes),
        signature: json(options.signature),
        metrics: json(options.metrics),
        report: json(options.report),
        files: json(options.files),
      },
    });
    return { model: `${name}@${version}`, name, version, modelVersionId: row.id, created: true };
  });
}
