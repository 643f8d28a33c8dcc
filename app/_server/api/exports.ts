import { createJob } from "#lib/data/create-job";
import { findBucket } from "#lib/data/find-bucket";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { LatheError } from "#lib/domain/errors";
import type { exportOperations } from "#lib/protocol/datasets";
import { validateObjectKey } from "#storage/keys";
import type { Handlers } from "./call";

export const exportHandlers: Handlers<keyof typeof exportOperations> = {
  async "dataset-version.export"({ services, access }, { dataset, version, format, bucket, prefix: asked }) {
    const { workspaceId } = access.workspace;
    const row = await findDatasetVersion(services.db, { workspaceId, dataset, version });
    if (row.status !== "ready") {
      throw new LatheError({
        code: "version_not_ready",
        message: `${dataset}@${version} is ${row.status}: only a version that is ready can be exported.`,
        nextStep: "Freeze it, or wait until it is ready.",
        status: 409,
      });
    }
    await findBucket(services.db, { bucket, workspaceId });
    if (asked !== "") validateObjectKey(asked);
    const prefix = asked === "" || asked.endsWith("/") ? asked : `${asked}/`;
    const { jobId } = await createJob(services.db, {
      workspaceId, kind: "export-dataset", name: dataset, params: { format, bucket, prefix }, datasetVersionId: row.id, createdById: access.user.id,
    });
    await services.enqueue(jobId);
    await services.live.jobChanged(jobId);
    return { job: jobId };
  },
};
