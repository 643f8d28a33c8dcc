import { deleteModelVersion } from "#lib/data/delete-model-version";
import { findModelVersion } from "#lib/data/find-model-version";
import { listBuckets } from "#lib/data/list-buckets";
import { listModels } from "#lib/data/list-models";
import { listModelVersions } from "#lib/data/list-model-versions";
import type { ModelVersionView } from "#lib/data/model-version-view";
import type { modelOperations, ModelVersionDetail } from "#lib/protocol/models";
import { artifactsBucket, modelFileKey, modelVersionPrefix } from "#storage/keys";
import { downloadSeconds, presignDownload } from "../object-urls";
import { removeArtifacts } from "../remove-artifacts";
import type { Call, Handlers } from "./call";
import { ok } from "./ok";
import { presentModelVersion } from "./present-model";

export const modelHandlers: Handlers<keyof typeof modelOperations> = {
  async "model.list"({ services, access }) {
    const rows = await listModels(services.db, access.workspace);
    return rows.map(({ name, versions, latest, createdAt }) => ({
      model: name, versions, latest: presentModelVersion(latest), createdAtMs: createdAt.getTime(),
    }));
  },

  async "model.show"({ services, access }, { model }) {
    const rows = await listModelVersions(services.db, { workspaceId: access.workspace.workspaceId, model });
    return { model, versions: rows.map(presentModelVersion) };
  },

  async "model-version.show"(call, { model, version }): Promise<ModelVersionDetail> {
    const row = await findModelVersion(call.services.db, { workspaceId: call.access.workspace.workspaceId, model, version });
    const report = row.report as ModelVersionDetail["report"];
    return {
      ...presentModelVersion(row),
      signature: row.signature as ModelVersionDetail["signature"],
      report,
      files: await presentFiles(call, row),
      mistakeUrls: await mistakeUrls(call, row, report.mistakes.map(({ key }) => key)),
    };
  },

  async "model-version.delete"({ services, access }, { model, version }) {
    const { workspaceId } = access.workspace;
    const { modelVersionId } = await deleteModelVersion(services.db, { workspaceId, model, version });
    await removeArtifacts(services, [modelVersionPrefix(workspaceId, modelVersionId)]);
    services.live.changed(workspaceId, "model", model);
    return ok;
  },
};

function presentFiles({ services, access }: Call, row: ModelVersionView): Promise<ModelVersionDetail["files"]> {
  const files = row.files as ModelVersionDetail["files"];
  return Promise.all(
    files.map(async ({ name, sizeBytes, sha256 }) => {
      const key = modelFileKey(access.workspace.workspaceId, row.id, name);
      return { name, sizeBytes, sha256, url: await services.store.presignGet(artifactsBucket, key, { expiresInSeconds: downloadSeconds, downloadName: name }) };
    }),
  );
}

async function mistakeUrls({ services, access }: Call, row: ModelVersionView, keys: string[]): Promise<Record<string, string>> {
  const bucket = row.datasetVersion?.bucket;
  const ours = (await listBuckets(services.db, access.workspace)).some(({ name }) => name === bucket);
  if (!bucket || !ours) return {};
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await presignDownload(services.store, bucket, key)] as const)));
}
