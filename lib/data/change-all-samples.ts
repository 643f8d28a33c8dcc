import { Prisma } from "#prisma/client";
import type { ReviewState, Split } from "#lib/domain/dataset";
import { recount, withLabel } from "#lib/domain/draft-counts";
import { LatheError } from "#lib/domain/errors";
import { longTransaction, type Database } from "./database";
import { lockDraft, saveDraft } from "./lock-draft";
import { sampleWhere, type SampleFilter } from "./sample-filter";

export type ChangeForAll = {
  label?: string | null | undefined;
  state?: ReviewState | undefined;
  dropped?: boolean | undefined;
  /** each sample without a label gets the one suggested for it */
  acceptSuggestions?: true | undefined;
};

type Shift = {
  labelBefore: string | null; labelAfter: string | null; droppedBefore: boolean; droppedAfter: boolean; split: Split | null;
  count: bigint; sizeBytes: bigint;
};

/**
 * Changes every sample of a draft that a filter lets through, in one statement however many they are. Those that are so
 * already are left, and so are those that have nothing to be accepted.
 * @throws LatheError 409 `not_a_draft`, 422 `nothing_to_change`, `state_contradicts_label`
 */
export async function changeAllSamples(
  db: Database,
  options: { datasetVersionId: string; where: SampleFilter; change: ChangeForAll; userId: string; now: Date },
): Promise<{ changed: number; draftRevision: number }> {
  const { datasetVersionId, where, change, userId, now } = options;
  requireSense(change);
  const label = change.acceptSuggestions
    ? Prisma.sql`s."suggestedLabel"`
    : change.label === undefined ? Prisma.sql`s."label"` : Prisma.sql`${change.label}::text`;
  const state = stateOf(change);
  const dropped = change.dropped === undefined ? Prisma.sql`s."dropped"` : Prisma.sql`${change.dropped}::boolean`;
  const byHand = change.label !== undefined || change.state !== undefined || change.acceptSuggestions !== undefined;
  const more = [
    change.acceptSuggestions ? Prisma.sql`s."label" IS NULL AND s."suggestedLabel" IS NOT NULL` : null,
    change.label === undefined && (change.state === "labelled" || change.state === "accepted") && !change.acceptSuggestions
      ? Prisma.sql`(s."label" IS NOT NULL OR jsonb_array_length(coalesce(s."boxes", '[]'::jsonb)) > 0)`
      : null,
    change.label === undefined && change.state === "unlabelled" ? Prisma.sql`s."label" IS NULL` : null,
  ].filter((condition) => condition !== null);
  return db.$transaction(async (tx) => {
    const draft = await lockDraft(tx, datasetVersionId);
    const shifts = await tx.$queryRaw<Shift[]>`
      WITH target AS (
        SELECT s."index", s."label", s."dropped", s."split", s."sizeBytes", ${label} AS "newLabel", ${state} AS "newState", ${dropped} AS "newDropped"
        FROM "sample" AS s WHERE ${Prisma.join([sampleWhere(datasetVersionId, where), ...more], " AND ")}
          AND (s."label" IS DISTINCT FROM ${label} OR s."state" <> ${state} OR s."dropped" <> ${dropped})
      ), changed AS (
        UPDATE "sample" AS s
        SET "label" = t."newLabel", "state" = t."newState", "dropped" = t."newDropped", "revision" = s."revision" + 1
            ${byHand ? Prisma.sql`, "labelledById" = ${userId}, "labelledAt" = ${now}` : Prisma.empty}
        FROM target AS t WHERE s."datasetVersionId" = ${datasetVersionId} AND s."index" = t."index"
        RETURNING t."label" AS "labelBefore", t."newLabel" AS "labelAfter", t."dropped" AS "droppedBefore", t."newDropped" AS "droppedAfter", t."split", t."sizeBytes"
      )
      SELECT "labelBefore", "labelAfter", "droppedBefore", "droppedAfter", "split", count(*) AS "count", sum("sizeBytes")::bigint AS "sizeBytes"
      FROM changed GROUP BY 1, 2, 3, 4, 5`;
    if (shifts.length === 0) return { changed: 0, draftRevision: draft.draftRevision };
    let counts = draft.counts;
    for (const { labelBefore, labelAfter, droppedBefore, droppedAfter, split, count, sizeBytes } of shifts) {
      counts = recount(counts, {
        before: { label: labelBefore, dropped: droppedBefore, split }, after: { label: labelAfter, dropped: droppedAfter, split },
        count: Number(count), sizeBytes: Number(sizeBytes),
      });
    }
    if (typeof change.label === "string") counts = { ...counts, labels: withLabel(counts.labels, change.label) };
    const draftRevision = await saveDraft(tx, draft, counts);
    return { changed: shifts.reduce((sum, { count }) => sum + Number(count), 0), draftRevision };
  }, longTransaction);
}

function stateOf({ label, state, acceptSuggestions }: ChangeForAll): Prisma.Sql {
  if (state !== undefined) return Prisma.sql`${state}::text`;
  if (acceptSuggestions || typeof label === "string") return Prisma.sql`'labelled'::text`;
  return label === null ? Prisma.sql`'unlabelled'::text` : Prisma.sql`s."state"`;
}

function requireSense({ label, state, dropped, acceptSuggestions }: ChangeForAll): void {
  if (label === undefined && state === undefined && dropped === undefined && !acceptSuggestions) {
    throw new LatheError({ code: "nothing_to_change", message: "The change says nothing.", nextStep: "Give a label, a state, or whether to drop.", status: 422 });
  }
  const labelled = typeof label === "string" || acceptSuggestions;
  const contradicts = (labelled && state === "unlabelled") || (label === null && (state === "labelled" || state === "accepted")) || (acceptSuggestions && label !== undefined);
  if (!contradicts) return;
  throw new LatheError({
    code: "state_contradicts_label",
    message: `A sample cannot be ${state ?? "given two labels"} by this change.`,
    nextStep: "Leave the state out, or give one that fits the label.",
    status: 422,
  });
}
