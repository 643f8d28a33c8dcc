import type { Split } from "#lib/domain/dataset";
import { recount } from "#lib/domain/draft-counts";
import { notFound } from "#lib/domain/errors";
import type { Prisma } from "#prisma/client";
import { json, longTransaction, type Database } from "./database";
import { lockDraft, saveDraft } from "./lock-draft";

export type DuplicateDecision = { decision: "drop"; keep: number } | { decision: "merge"; label: string } | { decision: "keep" } | { decision: "together" };

type Member = { index: number; label: string | null; split: Split | null; dropped: boolean; sizeBytes: number };

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
    const draft = await lockDraft(tx, datasetVersionId);
    const id = { datasetVersionId_id: { datasetVersionId, id: group } };
    const found = await tx.duplicateGroup.findUnique({ where: id });
    if (!found) throw notFound("duplicate_group", String(group));

    const rows = await tx.sample.findMany({
      where: { datasetVersionId, groupId: group }, orderBy: { index: "asc" },
      select: { index: true, label: true, split: true, dropped: true, sizeBytes: true },
    });
    const members = rows.map((row) => ({ ...row, split: row.split as Split | null }));
    const changes = changesOf(members, decision, shown);
    await write(tx, datasetVersionId, changes, decision, { userId, now });

    const changed = new Map(changes.map(({ before, after }) => [before.index, after]));
    const after = members.map((member) => changed.get(member.index) ?? member);
    const conflicting = decision.decision === "keep" || decision.decision === "together" ? found.conflicting : isConflicting(after);
    const keptApart = decision.decision === "keep" ? true : decision.decision === "together" ? false : found.keptApart;
    await tx.duplicateGroup.update({ where: id, data: { conflicting, keptApart } });

    await countConflicts(tx, datasetVersionId, Number(conflicting) - Number(found.conflicting));
    const counts = changes.reduce((sum, { before, after: now }) => recount(sum, { before, after: now, count: 1, sizeBytes: before.sizeBytes }), draft.counts);
    const draftRevision = await saveDraft(tx, draft, counts);
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

/** What the version's row says of its groups, after so many more of them contradict themselves. */
async function countConflicts(tx: Prisma.TransactionClient, datasetVersionId: string, more: number): Promise<void> {
  if (more === 0) return;
  const { duplicates } = await tx.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId }, select: { duplicates: true } });
  const summary = duplicates as { conflictingGroups: number } | null;
  if (!summary) return;
  await tx.datasetVersion.update({ where: { id: datasetVersionId }, data: { duplicates: json({ ...summary, conflictingGroups: Math.max(0, summary.conflictingGroups + more) }) } });
}
