import { foldLabel } from "#lib/domain/draft-counts";
import { notFound } from "#lib/domain/errors";
import { longTransaction, type Database } from "./database";
import { lockDraft, saveDraft } from "./lock-draft";

/**
 * Gives a label of a draft another name, on samples, boxes and suggestions; where that name is there already, both become
 * one. Who labelled a sample stays.
 * @returns how many samples carried it
 * @throws LatheError 409 `not_a_draft`, 404 `label_not_found`
 */
export async function renameLabel(
  db: Database,
  { datasetVersionId, label, to }: { datasetVersionId: string; label: string; to: string },
): Promise<{ changed: number; draftRevision: number }> {
  return db.$transaction(async (tx) => {
    const draft = await lockDraft(tx, datasetVersionId);
    if (!draft.counts.labels.some((tally) => tally.label === label)) throw notFound("label", label);
    if (label === to) return { changed: 0, draftRevision: draft.draftRevision };
    const boxed = JSON.stringify([{ label }]);
    const changed = await tx.$executeRaw`
      UPDATE "sample" AS s
      SET "label" = CASE WHEN s."label" = ${label} THEN ${to} ELSE s."label" END,
          "boxes" = CASE WHEN s."boxes" @> ${boxed}::jsonb THEN (
            SELECT jsonb_agg(CASE WHEN b.value->>'label' = ${label} THEN jsonb_set(b.value, '{label}', to_jsonb(${to}::text)) ELSE b.value END ORDER BY b.ordinality)
            FROM jsonb_array_elements(s."boxes") WITH ORDINALITY AS b) ELSE s."boxes" END,
          "revision" = s."revision" + 1
      WHERE s."datasetVersionId" = ${datasetVersionId} AND (s."label" = ${label} OR s."boxes" @> ${boxed}::jsonb)`;
    await tx.sample.updateMany({ where: { datasetVersionId, suggestedLabel: label }, data: { suggestedLabel: to } });
    const draftRevision = await saveDraft(tx, draft, { ...draft.counts, labels: foldLabel(draft.counts.labels, label, to) });
    return { changed, draftRevision };
  }, longTransaction);
}
