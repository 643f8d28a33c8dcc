import { withLabel } from "#lib/domain/draft-counts";
import type { Database } from "./database";
import { lockDraft, saveDraft } from "./lock-draft";

/** A label that no sample has yet; one that is there already stays as it is. @throws LatheError 409 `not_a_draft`, 422 `too_many_labels` */
export async function addLabel(db: Database, { datasetVersionId, label }: { datasetVersionId: string; label: string }): Promise<{ draftRevision: number }> {
  return db.$transaction(async (tx) => {
    const draft = await lockDraft(tx, datasetVersionId);
    const labels = withLabel(draft.counts.labels, label);
    if (labels.length === draft.counts.labels.length) return { draftRevision: draft.draftRevision };
    return { draftRevision: await saveDraft(tx, draft, { ...draft.counts, labels }) };
  });
}
