import { LatheError } from "#lib/domain/errors";
import { requireTrainable, splits, type Split } from "#lib/domain/dataset";
import { randomStream, shuffled } from "./random";

export type Splittable = {
  label: string;
  /** samples of one group stay on one side; give the content's sha-256, so that no picture is both learned and tested */
  group?: string;
};

export type SplitOptions = {
  seed: number;
  /** shares of validation and test, in (0, 1); the rest trains */
  validation?: number;
  test?: number;
};

/**
 * Which side each sample is on: stratified by label, seeded, independent of the order of labels.
 * Every label has at least one sample on each side.
 *
 * @returns one side per sample, in the samples' order
 * @throws LatheError `too_few_labels`; `too_few_samples` when a label has fewer than three samples;
 *   `too_few_distinct_samples` when its samples make fewer than three groups
 */
export function splitSamples(samples: readonly Splittable[], options: SplitOptions): Split[] {
  const { seed, validation = 0.1, test = 0.1 } = options;
  const countByLabel: Record<string, number> = Object.create(null);
  for (const { label } of samples) countByLabel[label] = (countByLabel[label] ?? 0) + 1;
  requireTrainable(countByLabel);

  const result = new Array<Split>(samples.length);
  for (const [label, groups] of groupsByLabel(samples)) {
    if (groups.length < splits.length) throw tooFewDistinct(label, groups.length, countByLabel[label]!);
    const count = groups.reduce((sum, members) => sum + members.length, 0);
    const rest = new Set(shuffled(groups, randomStream(seed, "split", label)));
    take(rest, Math.max(1, Math.round(count * test)), 2, (index) => (result[index] = "test"));
    take(rest, Math.max(1, Math.round(count * validation)), 1, (index) => (result[index] = "validation"));
    for (const members of rest) for (const index of members) result[index] = "train";
  }
  return result;
}

/** Moves groups out of `rest` until `wanted` samples have been assigned, leaving at least `leave` groups behind. */
function take(rest: Set<number[]>, wanted: number, leave: number, assign: (index: number) => void): void {
  let taken = 0;
  const accept = (members: number[]) => {
    rest.delete(members);
    taken += members.length;
    members.forEach(assign);
  };
  for (const members of rest) {
    if (taken >= wanted || rest.size <= leave) break;
    // A group too large for what is wanted belongs to training.
    if (taken + members.length <= wanted) accept(members);
  }
  if (taken === 0) accept([...rest].reduce((least, members) => (members.length < least.length ? members : least)));
}

/** The groups of each label. A group whose samples carry several labels counts for the first one's. */
function groupsByLabel(samples: readonly Splittable[]): Map<string, number[][]> {
  const byLabel = new Map<string, number[][]>(samples.map(({ label }) => [label, []]));
  const byGroup = new Map<string, number[]>();
  samples.forEach(({ label, group }, index) => {
    const known = group === undefined ? undefined : byGroup.get(group);
    if (known) {
      known.push(index);
      return;
    }
    const members = [index];
    if (group !== undefined) byGroup.set(group, members);
    byLabel.get(label)!.push(members);
  });
  return byLabel;
}

function tooFewDistinct(label: string, distinct: number, count: number): LatheError {
  return new LatheError({
    code: "too_few_distinct_samples",
    message:
      `The label "${label}" has ${count} pictures but only ${distinct} of them differ or are its own: ` +
      "the same picture may not be both learned and tested.",
    nextStep: "Add different pictures to this folder, or remove it, and make the dataset again.",
    status: 422,
  });
}
