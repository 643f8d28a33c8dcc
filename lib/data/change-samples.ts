import { recount } from "#lib/domain/draft-counts";
import { changeSample, isAlready, type DraftChange, type DraftSample } from "#lib/domain/draft-sample";
import { notFound } from "#lib/domain/errors";
import { longTransaction, type Database } from "./database";
import { lockDraft, saveDraft } from "./lock-draft";
import type { SampleRow } from "./rows";

export type RevisedChange = DraftChange & { index: number; revision: number };

export type ChangedSamples = {
  /** as they now are: changed, or already as was asked */
  changed: SampleRow[];
  /** somebody else changed these since the revision given: as they now are, untouched */
  conflicts: SampleRow[];
  draftRevision: number;
};

/**
 * Changes samples of a draft, each guarded by the revision that the person saw. The changes of one call are applied in
 * their order, all in one transaction.
 * @throws LatheError 409 `not_a_draft`, 404 `sample_not_found`, or as changeSample has it: then nothing was changed
 */
export async function changeSamples(
  db: Database,
  options: { datasetVersionId: string; changes: readonly RevisedChange[]; userId: string; now: Date },
): Promise<ChangedSamples> {
  const { datasetVersionId, changes, userId, now } = options;
  return db.$transaction(async (tx) => {
    const draft = await lockDraft(tx, datasetVersionId);
    const rows = await tx.sample.findMany({ where: { datasetVersionId, index: { in: [...new Set(changes.map(({ index }) => index))] } } });
    const before = new Map(rows.map((row) => [row.index, row]));
    const after = new Map(before);
    const conflicts = new Set<number>();
    let counts = draft.counts;
    for (const { index, revision, ...change } of changes) {
      const row = after.get(index);
      if (!row) throw notFound("sample", String(index));
      const sample = asSample(row);
      if (isAlready(sample, change)) continue;
      if (row.revision !== revision) {
        conflicts.add(index);
        continue;
      }
      const next = changeSample(sample, change);
      counts = recount(counts, { before: sample, after: next, count: 1, sizeBytes: row.sizeBytes });
      const byHand = change.label !== undefined || change.state !== undefined || change.boxes !== undefined;
      after.set(index, {
        ...row, label: next.label, state: next.state, dropped: next.dropped, boxes: next.boxes.map((box) => ({ ...box })), revision: revision + 1,
        ...(byHand ? { labelledById: userId, labelledAt: now } : {}),
      });
    }
    const written = [...after.values()].filter((row) => row !== before.get(row.index));
    if (written.length > 0) {
      const values = written.map(({ index, label, state, dropped, boxes, revision, labelledById, labelledAt }) => ({
        index, label, state, dropped, boxes, revision, labelledById, labelledAt,
      }));
      await tx.$executeRaw`
        UPDATE "sample" AS s
        SET "label" = c."label", "state" = c."state", "dropped" = c."dropped", "boxes" = c."boxes", "revision" = c."revision",
            "labelledById" = c."labelledById", "labelledAt" = c."labelledAt"
        FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS c("index" int, "label" text, "state" text, "dropped" boolean, "boxes" jsonb,
          "revision" int, "labelledById" text, "labelledAt" timestamp(3))
        WHERE s."datasetVersionId" = ${datasetVersionId} AND s."index" = c."index"`;
    }
    const draftRevision = written.length > 0 ? await saveDraft(tx, draft, counts) : draft.draftRevision;
    const all = [...after.values()];
    return { changed: all.filter(({ index }) => !conflicts.has(index)), conflicts: all.filter(({ index }) => conflicts.has(index)), draftRevision };
  }, longTransaction);
}

function asSample({ label, state, dropped, boxes, split, sizeBytes }: SampleRow): DraftSample {
  return {
    label, dropped, sizeBytes,
    state: state as DraftSample["state"], split: split as DraftSample["split"], boxes: (boxes ?? []) as unknown as DraftSample["boxes"],
  };
}
