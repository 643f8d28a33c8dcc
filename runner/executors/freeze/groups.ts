import type { DuplicateGroupRow } from "#lib/data/rows";
import type { GroupRow } from "#lib/data/write-groups";
import { groupDuplicates } from "#lib/domain/duplicates";
import { setImmediate as breathe } from "node:timers/promises";
import type { Columns } from "./columns";

export type Groups = {
  /** [N] the group that a sample is shown in, −1 for none */
  shownOf: Int32Array;
  /** [N] the same without the groups that a person kept apart: those stay on one side of the split */
  groupOf: Int32Array;
  rows: GroupRow[];
};

/** @param before the version's groups as they were: those that a person kept apart stay so */
export async function groupSamples(columns: Columns, before: readonly Pick<DuplicateGroupRow, "id" | "keptApart">[]): Promise<Groups> {
  const keptApart = new Set(before.filter((group) => group.keptApart).map(({ id }) => id));
  const apart = columns.groupBefore.map((group) => (keptApart.has(group) ? group : -1));
  const { groupOf, kinds, sizes } = await groupDuplicates({ sha256: columns.sha256, pictureHash: columns.pictureHash, hashed: columns.hashed, apart }, () => breathe());
  const rows: GroupRow[] = kinds.map((kind, id) => ({ id, kind, size: sizes[id]!, conflicting: false, keptApart: false }));
  const shownOf = Int32Array.from(groupOf);
  const kept = new Map<number, number[]>();
  apart.forEach((group, i) => {
    if (group < 0 || groupOf[i]! >= 0) return;
    const members = kept.get(group);
    if (members) members.push(i);
    else kept.set(group, [i]);
  });
  for (const members of kept.values()) {
    if (members.length < 2) continue;
    const id = rows.push({ id: rows.length, kind: "near", size: members.length, conflicting: false, keptApart: true }) - 1;
    for (const i of members) shownOf[i] = id;
  }
  const labelOfGroup = new Int32Array(rows.length).fill(-1);
  shownOf.forEach((group, i) => {
    const label = columns.labelOf[i]!;
    if (group < 0 || label < 0) return;
    if (labelOfGroup[group]! < 0) labelOfGroup[group] = label;
    else if (labelOfGroup[group] !== label && !rows[group]!.keptApart) rows[group]!.conflicting = true;
  });
  return { shownOf, groupOf, rows };
}
