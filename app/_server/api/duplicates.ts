import { decideDuplicates } from "#lib/data/decide-duplicates";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import type { decisionOperations } from "#lib/protocol/samples";
import type { Handlers } from "./call";

export const decisionHandlers: Handlers<keyof typeof decisionOperations> = {
  async "duplicate.decide"({ services, access }, { dataset, version, group, ...decision }) {
    const { workspaceId } = access.workspace;
    const row = await findDatasetVersion(services.db, { workspaceId, dataset, version });
    const decided = await decideDuplicates(services.db, { datasetVersionId: row.id, shown: `${dataset}@${version}`, group, decision, userId: access.user.id });
    services.live.changed(workspaceId, "dataset", dataset);
    services.live.samplesChanged(row.id, { dataset, version, draftRevision: decided.draftRevision, samples: null });
    return decided;
  },
};
