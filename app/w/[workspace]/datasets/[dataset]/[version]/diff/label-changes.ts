import type { LabelCount } from "#lib/protocol/datasets";
import { labelTotal } from "../label-total";

export type LabelChange = { label: string; before: number; after: number };

/** How many samples each label had and has; those of either version, the greatest change first. */
export function labelChanges(before: readonly LabelCount[], after: readonly LabelCount[]): LabelChange[] {
  const changes = new Map<string, LabelChange>();
  const of = (label: string): LabelChange => changes.get(label) ?? changes.set(label, { label, before: 0, after: 0 }).get(label)!;
  for (const each of before) of(each.label).before = labelTotal(each);
  for (const each of after) of(each.label).after = labelTotal(each);
  const size = ({ before: b, after: a }: LabelChange) => Math.abs(a - b);
  return [...changes.values()].sort((a, b) => size(b) - size(a) || (a.label < b.label ? -1 : 1));
}
