import { addLabel } from "#lib/data/add-label";
import { changeAllSamples } from "#lib/data/change-all-samples";
import { changeSamples } from "#lib/data/change-samples";
import { createJob } from "#lib/data/create-job";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { findModelVersion } from "#lib/data/find-model-version";
import { notADraft } from "#lib/data/lock-draft";
import { renameLabel } from "#lib/data/rename-label";
import { parseVersioned } from "#lib/domain/names";
import type { labellingOperations, Sample, SampleFacts } from "#lib/protocol/samples";
import type { Call, Handlers } from "./call";
import { presentSamples } from "./present-sample";

export const labellingHandlers: Handlers<keyof typeof labellingOperations> = {
  async "sample.change"(call, { dataset, version, changes }) {
    const { services, access } = call;
    const row = await findVersion(call, dataset, version);
    const { changed, conflicts, draftRevision } = await changeSamples(services.db, { datasetVersionId: row.id, changes, userId: access.user.id, now: new Date() });
    const shown = await presentSamples(call, row, [...changed, ...conflicts]);
    const answer = { changed: shown.slice(0, changed.length), conflicts: shown.slice(changed.length), draftRevision };
    if (draftRevision !== row.draftRevision) services.live.samplesChanged(row.id, { dataset, version, draftRevision, samples: answer.changed.map(factsOf) });
    return answer;
  },

  async "sample.change-all"(call, { dataset, version, where, ...change }) {
    const { services, access } = call;
    const row = await findVersion(call, dataset, version);
    const result = await changeAllSamples(services.db, { datasetVersionId: row.id, where, change, userId: access.user.id, now: new Date() });
    announceAll(call, row.id, { dataset, version, ...result });
    return result;
  },

  async "label.add"(call, { dataset, version, label }) {
    const row = await findVersion(call, dataset, version);
    const result = await addLabel(call.services.db, { datasetVersionId: row.id, label });
    call.services.live.samplesChanged(row.id, { dataset, version, draftRevision: result.draftRevision, samples: [] });
    return result;
  },

  async "label.rename"(call, { dataset, version, label, to }) {
    const row = await findVersion(call, dataset, version);
    const result = await renameLabel(call.services.db, { datasetVersionId: row.id, label, to });
    announceAll(call, row.id, { dataset, version, ...result });
    return result;
  },

  async "pre-label.start"(call, { dataset, version, model }) {
    const { services, access } = call;
    const { workspaceId } = access.workspace;
    const row = await findVersion(call, dataset, version);
    if (row.status !== "draft") throw notADraft(row.status);
    const { name, version: number } = parseVersioned(model);
    const found = await findModelVersion(services.db, { workspaceId, model: name, version: number });
    const { jobId } = await createJob(services.db, {
      workspaceId, kind: "pre-label", name: dataset, datasetVersionId: row.id, createdById: access.user.id,
      // Settled now: what is trained later is another model.
      params: { dataset: `${dataset}@${version}`, model: `${name}@${found.version}` },
    });
    await services.enqueue(jobId);
    await services.live.jobChanged(jobId);
    return { job: jobId };
  },
};

function findVersion({ services, access }: Call, dataset: string, version: number) {
  return findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version });
}

function announceAll({ services }: Call, datasetVersionId: string, { dataset, version, draftRevision }: { dataset: string; version: number; draftRevision: number }): void {
  services.live.samplesChanged(datasetVersionId, { dataset, version, draftRevision, samples: null });
}

function factsOf({ index, label, split, boxes, state, dropped, labelledBy, labelledAtMs, revision, suggestion }: Sample): SampleFacts {
  return { index, label, split, boxes, state, dropped, labelledBy, labelledAtMs, revision, suggestion };
}
