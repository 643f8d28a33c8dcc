import { createDatasetVersion } from "#lib/data/create-dataset-version";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { requestFreeze } from "#lib/data/request-freeze";
import { LatheError } from "#lib/domain/errors";
import type { draftOperations, ImportParams, SplitOptions } from "#lib/protocol/datasets";
import { findImportSource } from "../find-import-source";
import type { Handlers } from "./call";

export const draftHandlers: Handlers<keyof typeof draftOperations> = {
  async "dataset-version.derive"({ services, access }, { dataset, version, sync, draft }) {
    const { workspaceId } = access.workspace;
    const base = await findDatasetVersion(services.db, { workspaceId, dataset, version });
    if (base.status !== "ready") throw notFrozen(`${dataset}@${version}`, base.status);
    if (sync) await findImportSource(services, { workspaceId, bucket: base.bucket, prefix: base.prefix, draft: true });
    const split = base.splitOptions as SplitOptions | null;
    const params: Partial<ImportParams> = { derive: sync ? "sync" : "copy", draft, ...(split ? { split: { ...split, keep: true } } : {}) };
    const { jobId, version: made } = await createDatasetVersion(services.db, {
      workspaceId, dataset, bucket: base.bucket, prefix: base.prefix, createdById: access.user.id, baseVersion: version, format: base.format, params,
    });
    await services.enqueue(jobId);
    services.live.changed(workspaceId, "dataset", dataset);
    await services.live.jobChanged(jobId);
    return { dataset, version: made, job: jobId };
  },

  async "dataset-version.freeze"({ services, access }, { dataset, version, split }) {
    const { workspaceId } = access.workspace;
    const row = await findDatasetVersion(services.db, { workspaceId, dataset, version });
    const chosen = split ?? (row.splitOptions as SplitOptions | null);
    const { jobId } = await requestFreeze(services.db, {
      workspaceId, dataset, version, createdById: access.user.id, params: { dataset, version, ...(chosen ? { split: chosen } : {}) },
    });
    await services.enqueue(jobId);
    services.live.changed(workspaceId, "dataset", dataset);
    await services.live.jobChanged(jobId);
    return { dataset, version, job: jobId };
  },
};

function notFrozen(name: string, status: string): LatheError {
  return new LatheError({
    code: "dataset_not_frozen",
    message: `${name} is ${status}: a version is made only from one that is frozen.`,
    nextStep: status === "draft" ? "Change the draft itself, or freeze it first." : "Wait until it is ready, or choose another version.",
    status: 409,
  });
}
