import { createDatasetVersion } from "#lib/data/create-dataset-version";
import { deleteDataset } from "#lib/data/delete-dataset";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { listDatasets } from "#lib/data/list-datasets";
import { listDatasetVersions } from "#lib/data/list-dataset-versions";
import { listRejections } from "#lib/data/list-rejections";
import type { datasetOperations, Rejection } from "#lib/protocol/datasets";
import { datasetVersionPrefix } from "#storage/keys";
import { findImportSource } from "../find-import-source";
import { removeArtifacts } from "../remove-artifacts";
import type { Handlers } from "./call";
import { indexAfter, pageOf } from "./cursors";
import { ok } from "./ok";
import { presentDatasetVersion } from "./present-dataset";

export const datasetHandlers: Handlers<keyof typeof datasetOperations> = {
  async "dataset.list"({ services, access }) {
    const rows = await listDatasets(services.db, access.workspace);
    return rows.map(({ name, createdAt, versions, latest }) => ({
      dataset: name,
      createdAtMs: createdAt.getTime(),
      latest: latest && presentDatasetVersion(latest),
      versions,
    }));
  },

  async "dataset.create"({ services, access }, { dataset, bucket, prefix: asked, format, file, draft, split }) {
    const { workspaceId } = access.workspace;
    const { prefix } = await findImportSource(services, { workspaceId, bucket, prefix: asked, format, draft });
    const { version, jobId } = await createDatasetVersion(services.db, {
      workspaceId, dataset, bucket, prefix, createdById: access.user.id, format,
      params: { ...(format ? { format } : {}), ...(file ? { file } : {}), ...(split ? { split } : {}), ...(draft ? { draft } : {}) },
    });
    await services.enqueue(jobId);
    services.live.changed(workspaceId, "dataset", dataset);
    await services.live.jobChanged(jobId);
    return { dataset, version, job: jobId };
  },

  async "dataset.show"({ services, access }, { dataset }) {
    const rows = await listDatasetVersions(services.db, { workspaceId: access.workspace.workspaceId, dataset });
    return { dataset, versions: rows.map(presentDatasetVersion) };
  },

  async "dataset.delete"({ services, access }, { dataset }) {
    const { workspaceId } = access.workspace;
    const { datasetVersionIds } = await deleteDataset(services.db, { workspaceId, dataset });
    await removeArtifacts(services, datasetVersionIds.map((id) => datasetVersionPrefix(workspaceId, id)));
    services.live.changed(workspaceId, "dataset", dataset);
    return ok;
  },

  async "dataset-version.show"({ services, access }, { dataset, version }) {
    return presentDatasetVersion(await findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version }));
  },

  async "rejection.list"({ services, access }, { dataset, version, cursor, limit = 100 }) {
    const row = await findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version });
    const found = await listRejections(services.db, { datasetVersionId: row.id, after: indexAfter(cursor), limit: limit + 1 });
    const { rows, nextCursor } = pageOf(found, limit, ({ index }) => String(index));
    return { items: rows.map(({ key, code, reason }) => ({ key, code: code as Rejection["code"], reason })), nextCursor };
  },
};
