import type { Split } from "./dataset";
import type { DraftSample } from "./draft-sample";

/** Of one label; `unsplit` ones have no side yet. Absent is 0. */
export type LabelTally = { label: string; train: number; validation: number; test: number; unsplit?: number };

/** What a version's row says of its samples, dropped ones left out. */
export type DraftCounts = {
  samples: number;
  unlabelled: number;
  sizeBytes: number;
  /** the order is that of the number keys: a new one comes last */
  labels: LabelTally[];
};

type Counted = Pick<DraftSample, "label" | "dropped" | "split">;

/**
 * The counts after `count` samples of `sizeBytes` together went from one state to another: a million rows need no
 * counting again.
 */
export function recount(counts: DraftCounts, change: { before: Counted; after: Counted; count: number; sizeBytes: number }): DraftCounts {
  const { before, after, count, sizeBytes } = change;
  const removed = before.dropped ? counts : shift(counts, before, -count, -sizeBytes);
  if (!after.dropped) return shift(removed, after, count, sizeBytes);
  // Dropped with a new label: the label is known from now on, though nothing counts for it.
  return after.label === null ? removed : { ...removed, labels: withLabel(removed.labels, after.label) };
}

function shift(counts: DraftCounts, { label, split }: Counted, count: number, sizeBytes: number): DraftCounts {
  return {
    samples: counts.samples + count,
    unlabelled: counts.unlabelled + (label === null ? count : 0),
    sizeBytes: counts.sizeBytes + sizeBytes,
    labels: label === null ? counts.labels : withLabel(counts.labels, label).map((tally) => (tally.label === label ? add(tally, split, count) : tally)),
  };
}

function add(tally: LabelTally, split: Split | null, count: number): LabelTally {
  if (split !== null) return { ...tally, [split]: tally[split] + count };
  const { unsplit = 0, ...rest } = tally;
  return unsplit + count === 0 ? rest : { ...rest, unsplit: unsplit + count };
}

export function withLabel(labels: readonly LabelTally[], label: string): LabelTally[] {
  return labels.some((tally) => tally.label === label) ? [...labels] : [...labels, { label, train: 0, validation: 0, test: 0 }];
}

/** One label becomes another; where that is there already, both are one. */
export function foldLabel(labels: readonly LabelTally[], label: string, to: string): LabelTally[] {
  const from = labels.find((tally) => tally.label === label);
  if (!from || label === to) return [...labels];
  const into = labels.find((tally) => tally.label === to);
  if (!into) return labels.map((tally) => (tally === from ? { ...from, label: to } : tally));
  const unsplit = (from.unsplit ?? 0) + (into.unsplit ?? 0);
  const folded: LabelTally = {
    label: to, train: from.train + into.train, validation: from.validation + into.validation, test: from.test + into.test,
    ...(unsplit === 0 ? {} : { unsplit }),
  };
  return labels.filter((tally) => tally !== from).map((tally) => (tally === into ? folded : tally));
}
