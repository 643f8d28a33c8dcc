import { LatheError } from "#lib/domain/errors";
import { requireTrainable, splits } from "#lib/domain/dataset";
import { randomStream, shuffled, type RandomStream } from "./random";

/** Samples in flat arrays, so that a million of them are a few megabytes. */
export type Splittable = {
  /** names, by label index */
  labels: readonly string[];
  /** [N] label index of each sample; −1: it has no label, and gets no side */
  labelOf: Int32Array;
  /** [N] samples of one group ≥ 0 stay on one side: no picture is both learned and tested; −1: alone */
  groupOf: Int32Array;
  /** [N] places in `splits` of sides to keep where a group allows it, `noSide` where there is none yet */
  sideOf?: Uint8Array;
};

export type SplitShares = {
  seed: number;
  /** shares of validation and test, in (0, 1); the rest trains */
  validation?: number;
  test?: number;
};

export type SplitResult = {
  /** [N] places in `splits`, `noSide` for samples without a label */
  sideOf: Uint8Array;
  /** samples whose kept side was another one, because a twin stands there */
  moved: number;
};

export const noSide = 255;
const train = splits.indexOf("train");
const validation = splits.indexOf("validation");
const test = splits.indexOf("test");

/**
 * Which side each sample is on: stratified by label, seeded, independent of the order of labels. Every label has at least
 * one sample on each side. A group whose samples carry several labels counts for the one that most of them have. A group
 * that is to keep two sides goes to training if one of them is, else to validation.
 *
 * @throws LatheError `too_few_labels`; `too_few_samples` when a label has fewer than three samples;
 *   `too_few_distinct_samples` when its samples make fewer than three groups
 */
export function splitSamples(samples: Splittable, { seed, validation: validationShare = 0.1, test: testShare = 0.1 }: SplitShares): SplitResult {
  const { labels, labelOf } = samples;
  const countByLabel: Record<string, number> = Object.create(null);
  for (const label of labelOf) if (label >= 0) countByLabel[labels[label]!] = (countByLabel[labels[label]!] ?? 0) + 1;
  requireTrainable(countByLabel);

  const { units, unitsByLabel } = unitsOf(samples);
  const sideOfUnit = keptSides(samples, units);
  for (const [label, mine] of unitsByLabel.entries()) {
    if (mine.length === 0 && countByLabel[labels[label]!] === undefined) continue;
    const name = labels[label]!;
    if (mine.length < splits.length) throw tooFewDistinct(name, mine.length, countByLabel[name]!);
    const count = mine.reduce((sum, unit) => sum + units.sizes[unit]!, 0);
    const fill = new Fill(mine, units.sizes, sideOfUnit, randomStream(seed, "split", name));
    fill.take(test, Math.max(1, Math.round(count * testShare)), 2);
    fill.take(validation, Math.max(1, Math.round(count * validationShare)), 1);
    fill.rest(train);
    fill.spread();
  }
  return spreadOut(samples, units, sideOfUnit);
}

type Units = {
  /** [N] the unit of each sample, −1 without a label: a group, or a sample that stands alone */
  unitOf: Int32Array;
  sizes: number[];
};

function unitsOf({ labels, labelOf, groupOf }: Splittable): { units: Units; unitsByLabel: number[][] } {
  const unitOf = new Int32Array(labelOf.length).fill(-1);
  const sizes: number[] = [];
  const unitOfGroup = new Map<number, number>();
  const votes = new Map<number, Map<number, number>>();
  const labelOfUnit: number[] = [];
  for (let i = 0; i < labelOf.length; i++) {
    const [label, group] = [labelOf[i]!, groupOf[i]!];
    if (label < 0) continue;
    let unit = group < 0 ? undefined : unitOfGroup.get(group);
    if (unit === undefined) {
      unit = sizes.push(0) - 1;
      labelOfUnit.push(label);
      if (group >= 0) {
        unitOfGroup.set(group, unit);
        votes.set(unit, new Map());
      }
    }
    unitOf[i] = unit;
    sizes[unit]!++;
    const counted = votes.get(unit);
    counted?.set(label, (counted.get(label) ?? 0) + 1);
  }
  for (const [unit, counted] of votes) labelOfUnit[unit] = [...counted].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
  const unitsByLabel: number[][] = labels.map(() => []);
  labelOfUnit.forEach((label, unit) => unitsByLabel[label]!.push(unit));
  return { units: { unitOf, sizes }, unitsByLabel };
}

/** [units] the side that a unit's samples had; of two, training first, then validation */
function keptSides({ sideOf }: Splittable, { unitOf, sizes }: Units): Uint8Array {
  const kept = new Uint8Array(sizes.length).fill(noSide);
  // Training alone is what a dataset has that could not be split: there is nothing to keep.
  if (!sideOf?.some((side) => side === validation || side === test)) return kept;
  const rank = (side: number) => [train, validation, test, noSide].indexOf(side);
  unitOf.forEach((unit, i) => {
    if (unit >= 0 && rank(sideOf[i]!) < rank(kept[unit]!)) kept[unit] = sideOf[i]!;
  });
  return kept;
}

/** One label's units on their way to their sides. */
class Fill {
  readonly #open: Set<number>;

  constructor(
    private readonly mine: readonly number[],
    private readonly sizes: readonly number[],
    private readonly sides: Uint8Array,
    random: RandomStream,
  ) {
    this.#open = new Set(shuffled(mine.filter((unit) => sides[unit] === noSide), random));
  }

  /** Moves open units to a side until it has `wanted` samples, leaving at least `leave` units open. */
  take(side: number, wanted: number, leave: number): void {
    let taken = this.#on(side).reduce((sum, unit) => sum + this.sizes[unit]!, 0);
    const accept = (unit: number) => {
      this.#open.delete(unit);
      this.sides[unit] = side;
      taken += this.sizes[unit]!;
    };
    for (const unit of this.#open) {
      if (taken >= wanted || this.#open.size <= leave) break;
      // A group too large for what is wanted belongs to training.
      if (taken + this.sizes[unit]! <= wanted) accept(unit);
    }
    if (taken === 0 && this.#open.size > 0) accept([...this.#open].reduce((least, unit) => (this.sizes[unit]! < this.sizes[least]! ? unit : least)));
  }

  rest(side: number): void {
    for (const unit of this.#open) this.sides[unit] = side;
    this.#open.clear();
  }

  /** Kept sides may have left one of the three empty: the smallest unit of the fullest side goes there. */
  spread(): void {
    for (const side of [train, validation, test]) {
      if (this.#on(side).length > 0) continue;
      const fullest = [train, validation, test].map((from) => this.#on(from)).reduce((most, on) => (on.length > most.length ? on : most));
      this.sides[fullest.reduce((least, unit) => (this.sizes[unit]! < this.sizes[least]! ? unit : least))] = side;
    }
  }

  #on(side: number): number[] {
    return this.mine.filter((unit) => this.sides[unit] === side);
  }
}

function spreadOut({ sideOf: before }: Splittable, { unitOf }: Units, sideOfUnit: Uint8Array): SplitResult {
  const sideOf = new Uint8Array(unitOf.length).fill(noSide);
  let moved = 0;
  unitOf.forEach((unit, i) => {
    if (unit < 0) return;
    sideOf[i] = sideOfUnit[unit]!;
    if (before && before[i] !== noSide && before[i] !== sideOf[i]) moved++;
  });
  return { sideOf, moved };
}

/** How many test samples have a twin among those trained on, for sides that somebody else chose. */
export function countLeaked({ groupOf, sideOf }: { groupOf: Int32Array; sideOf: Uint8Array }): number {
  const trained = new Set<number>();
  groupOf.forEach((group, i) => {
    if (group >= 0 && sideOf[i] === train) trained.add(group);
  });
  return groupOf.reduce((sum, group, i) => sum + (sideOf[i] === test && trained.has(group) ? 1 : 0), 0);
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
