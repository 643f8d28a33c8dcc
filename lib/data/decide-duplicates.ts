import { LatheError, notFound } from "#lib/domain/errors";
import type { Prisma } from "#prisma/client";
import { json, longTransaction, type Database } from "./database";
import { countsAfter, type CountedSample, type DraftCounts } from "./draft-counts";

export type DuplicateDecision = { decision: "drop"; keep: number } | { decision: "merge"; label: string } | { decision: "keep" } | { decision: "together" };

type Member = CountedSample & { index: number };

/**
 * What a person decides of a draft's group: `drop` all but one, `merge` under one label, `keep` as different pictures
 * (freezing may then part them), `together` takes that back.
 * @returns how many samples changed
 * @throws LatheError 404 for a group or a picture that is not there; 409 `not_a_draft`
 */
export async function decideDuplicates(
  db: Database,
  options: { datasetVersionId: string; shown: string; group: number; decision: DuplicateDecision; userId: string; now?: Date },
): Promise<{ changed: number; draftRevision: number }> {
  const { datasetVersionId, shown, group, decision, userId, now = new Date() } = options;
  return db.$transaction(async (tx) => {
    // Everybody who changes a draft's samples takes this lock first, so its counts never drift.
    const [draft] = await tx.$queryRaw<(DraftCounts & { status: string; draftRevision: number; duplicates: { conflictingGroups: number } | null })[]>`
      SELECT "status", "draftRevision", "sampleCount", "unlabelledCount", "sizeBytes", "labels", "duplicates"
      FROM "dataset_version" WHERE "id" = ${datasetVersionId} FOR UPDATE`;
    if (!draft) throw notFound("dataset", shown);
    if (draft.status !== "draft") throw notADraft(shown, draft.status);
    const id = { datasetVersionId_id: { datasetVersionId, id: group } };
    const found = await tx.duplicateGroup.findUnique({ where: id });
    if (!found) throw notFound("duplicate_group", String(group));

    const members = await tx.sample.findMany({
      where: { datasetVersionId, groupId: group }, orderBy: { index: "asc" },
      select: { index: true, label: true, split: true, dropped: true, sizeBytes: true },
    });
    const changes = changesOf(members, decision, shown);
    await write(tx, datasetVersionId, changes, decision, { userId, now });

    const changed = new Map(changes.map(({ before, after }) => [before.index, after]));
    const after = members.map((member) => changed.get(member.index) ?? member);
    const conflicting = decision.decision === "keep" || decision.decision === "together" ? found.conflicting : isConflicting(after);
    const keptApart = decision.decision === "keep" ? true : decision.decision === "together" ? false : found.keptApart;
    await tx.duplicateGroup.update({ where: id, data: { conflicting, keptApart } });

    const { duplicates } = draft;
    const fewer = Number(found.conflicting) - Number(conflicting);
    const counts = countsAfter(draft, changes);
    const draftRevision = draft.draftRevision + 1;
    await tx.datasetVersion.update({
      where: { id: datasetVersionId },
      data: {
        ...counts, labels: json(counts.labels), draftRevision,
        ...(duplicates && fewer !== 0 ? { duplicates: json({ ...duplicates, conflictingGroups: Math.max(0, duplicates.conflictingGroups - fewer) }) } : {}),
      },
    });
    return { changed: changes.length, draftRevision };
  }, longTransaction);
}

type Change = { before: Member; after: Member };

function changesOf(members: Member[], decision: DuplicateDecision, shown: string): Change[] {
  if (decision.decision === "drop") {
    const { keep } = decision;
    if (!members.some(({ index }) => index === keep)) throw notFound("sample", `${keep} of ${shown}`);
    return members
      .map((before) => ({ before, after: { ...before, dropped: before.index !== keep } }))
      .filter(({ before, after }) => before.dropped !== after.dropped);
  }
  if (decision.decision === "merge") {
    const { label } = decision;
    return members.filter((before) => before.label !== label).map((before) => ({ before, after: { ...before, label } }));
  }
  return [];
}

async function write(tx: Prisma.TransactionClient, datasetVersionId: string, changes: readonly Change[], decision: DuplicateDecision, who: { userId: string; now: Date }): Promise<void> {
  const indexes = (of: readonly Change[]) => of.map(({ before }) => before.index);
  const update = (of: readonly Change[], data: Prisma.SampleUpdateManyMutationInput) =>
    of.length > 0 ? tx.sample.updateMany({ where: { datasetVersionId, index: { in: indexes(of) } }, data: { ...data, revision: { increment: 1 } } }) : undefined;
  if (decision.decision === "drop") {
    await update(changes.filter(({ after }) => after.dropped), { dropped: true });
    await update(changes.filter(({ after }) => !after.dropped), { dropped: false });
  } else if (decision.decision === "merge") {
    await update(changes, { label: decision.label, state: "labelled", labelledById: who.userId, labelledAt: who.now });
  }
}

function isConflicting(members: readonly Member[]): boolean {
  return new Set(members.flatMap(({ label, dropped }) => (dropped || label === null ? [] : [label]))).size > 1;
}

function notADraft(shown: string, status: string): LatheError {
  return new LatheError({
    code: "not_a_draft",
    message: `${shown} is ${status}, and only a draft's samples can be changed.`,
    nextStep: "Open a draft of it, change that and freeze it as the next version.",
    status: 409,
  });
}
