import { datasetVersionStatuses } from "#lib/domain/dataset";
import type { DraftCounts, LabelTally } from "#lib/domain/draft-counts";
import { LatheError } from "#lib/domain/errors";
import { json, type Queries } from "./database";

export type LockedDraft = { datasetVersionId: string; counts: DraftCounts; draftRevision: number };

/**
 * Locks a draft's row until the transaction ends. Whoever changes a draft's samples does this first, so that changes come
 * one after another, its counts fit its rows, and none slips in behind a freeze.
 * @throws LatheError 409 `not_a_draft`
 */
export async function lockDraft(tx: Queries, datasetVersionId: string): Promise<LockedDraft> {
  const [row] = await tx.$queryRaw<
    { status: string; sampleCount: number; unlabelledCount: number; sizeBytes: bigint; labels: LabelTally[]; draftRevision: number }[]
  >`
    SELECT "status", "sampleCount", "unlabelledCount", "sizeBytes", "labels", "draftRevision" FROM "dataset_version"
    WHERE "id" = ${datasetVersionId} FOR UPDATE`;
  if (!row || row.status !== "draft") throw notADraft(row?.status);
  const { sampleCount, unlabelledCount, sizeBytes, labels, draftRevision } = row;
  return { datasetVersionId, draftRevision, counts: { samples: sampleCount, unlabelled: unlabelledCount, sizeBytes: Number(sizeBytes), labels } };
}

const most = 10_000;

/** Writes the counts of a locked draft. @returns its new revision. @throws LatheError 422 `too_many_labels` */
export async function saveDraft(tx: Queries, draft: LockedDraft, counts: DraftCounts): Promise<number> {
  if (counts.labels.length > most && counts.labels.length > draft.counts.labels.length) throw tooManyLabels();
  const draftRevision = draft.draftRevision + 1;
  await tx.datasetVersion.update({
    where: { id: draft.datasetVersionId },
    data: {
      draftRevision, sampleCount: counts.samples, unlabelledCount: counts.unlabelled, sizeBytes: BigInt(counts.sizeBytes), labels: json(counts.labels),
    },
  });
  return draftRevision;
}

export function notADraft(status: string | undefined): LatheError {
  const known = datasetVersionStatuses.find((each) => each === status);
  return new LatheError({
    code: "not_a_draft",
    message: known ? `This dataset version is ${known}; only a draft's samples can be changed.` : "This dataset version is gone.",
    nextStep: known === "ready" ? "Make a draft from it, change that, and freeze it." : "Look at the version's present status.",
    status: 409,
  });
}

function tooManyLabels(): LatheError {
  return new LatheError({
    code: "too_many_labels",
    message: `A dataset has at most ${most} labels.`,
    nextStep: "Use one of the labels that are there, or fold some together first.",
    status: 422,
  });
}
