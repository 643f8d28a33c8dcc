import { sizeAt } from "./schedule";

export type PaceOptions = {
  /** steps asked for */
  wantedSteps: number;
  stepsPerEpoch: number;
  sizes: readonly { from: number; imageSize: number }[];
  /** when it began and when everything must be over, in the caller's clock; Infinity for never */
  startMs: number;
  deadlineMs: number;
};

/** Steps whose median is the present speed: few, so that a machine that becomes busy is noticed soon. */
const window = 9;

/** Share of an epoch below which a last, partial one is left out. */
const worthwhile = 0.3;

/**
 * How many steps the time budget allows, and how far the schedule is. Pure: told what happened, asked what to do.
 *
 * The schedule's share advances by (1 − share) / steps left at each step, so that it always ends at 1 however often the
 * number of steps left is corrected. A step is taken to cost as much as its pictures have pixels; the cost is measured on
 * recent steps.
 */
export class Pace {
  stepsDone = 0;
  stepsLeft: number;
  #lastShare = 0;
  #recent: number[] = [];
  #skip = 0;
  #size = 0;
  #evaluationMs = 0;
  #discount = 1;
  readonly #options: PaceOptions;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.stepsLeft = options.wantedSteps;
  }

  /** of the schedule, at the next step: 0 at the first, 1 at the last */
  get share(): number {
    if (this.stepsDone === 0) return 0;
    return this.stepsLeft === 0 ? 1 : this.#lastShare + (1 - this.#lastShare) / this.stepsLeft;
  }

  get imageSize(): number {
    return sizeAt(this.share, this.#options.sizes);
  }

  get steps(): number {
    return this.stepsDone + this.stepsLeft;
  }

  get epochs(): number {
    return Math.ceil(this.steps / this.#options.stepsPerEpoch);
  }

  /** whether the budget made the plan shorter than asked */
  get shortened(): boolean {
    return this.steps < this.#options.wantedSteps;
  }

  /** A step took so long, waiting for its pictures included. */
  stepped(imageSize: number, durationMs: number): void {
    this.#lastShare = this.share;
    this.stepsDone++;
    this.stepsLeft--;
    // The first steps at a size compile and decode: they say nothing about those after.
    if (imageSize !== this.#size) [this.#size, this.#skip] = [imageSize, 2];
    if (this.#skip-- > 0) return;
    this.#recent = [...this.#recent.slice(1 - window), durationMs / imageSize ** 2];
  }

  /** An evaluation after an epoch took so long. */
  evaluated(durationMs: number): void {
    this.#evaluationMs = durationMs;
  }

  /** Milliseconds of a step at the present size; null before any was measured. */
  get stepMs(): number | null {
    return this.#recent.length === 0 ? null : median(this.#recent) * this.imageSize ** 2;
  }

  /** Milliseconds until the last step is done; null before any was measured. */
  get remainingMs(): number | null {
    const each = this.#averageStepMs();
    return each === null ? null : this.stepsLeft * each;
  }

  /**
   * Corrects the number of steps left to what fits: less at once, more by half at a time, because a machine that is busy
   * now and then would make the plan jump.
   * @param reserveMs what must still happen after the last step
   */
  replan(nowMs: number, reserveMs: number): void {
    if (this.stepsLeft === 0 || this.#options.deadlineMs === Infinity) return;
    this.#discount = this.#firstEpochDiscount(nowMs);
    const each = this.#averageStepMs();
    if (each === null) return;
    const affordable = Math.max(0, Math.floor((this.#options.deadlineMs - nowMs - reserveMs) / each));
    const wanted = Math.min(affordable, this.#options.wantedSteps - this.stepsDone);
    const gain = wanted - this.stepsLeft;
    if (gain < 0) this.stepsLeft = this.#wholeEpochs(wanted);
    else if (gain > this.stepsLeft * 0.05) this.stepsLeft = this.#wholeEpochs(this.stepsLeft + Math.ceil(gain / 2));
  }

  /**
   * In the first epoch pictures are decoded beside training; later ones take them from memory and were measured to
   * be faster by a quarter to a third. A plan that took the first steps at their word would rush the schedule. Where one
   * epoch is much of the budget, there is no later, and the discount fades.
   */
  #firstEpochDiscount(nowMs: number): number {
    const { stepsPerEpoch, startMs, deadlineMs } = this.#options;
    if (this.stepsDone >= stepsPerEpoch) return 1;
    return 0.75 + 0.25 * Math.min(1, (nowMs - startMs) / (0.2 * (deadlineMs - startMs)));
  }

  /** A last epoch of a few steps is not worth its evaluation. */
  #wholeEpochs(stepsLeft: number): number {
    const { stepsPerEpoch } = this.#options;
    const over = (this.stepsDone + stepsLeft) % stepsPerEpoch;
    return over < stepsPerEpoch * worthwhile && over < stepsLeft ? stepsLeft - over : stepsLeft;
  }

  /** Over the sizes still to come and each epoch's evaluation. */
  #averageStepMs(): number | null {
    if (this.#recent.length === 0) return null;
    const { sizes, stepsPerEpoch } = this.#options;
    let squares = 0;
    sizes.forEach(({ from, imageSize }, i) => {
      const until = sizes[i + 1]?.from ?? 1;
      squares += Math.max(0, until - Math.max(from, this.share)) * imageSize ** 2;
    });
    const average = this.share < 1 ? squares / (1 - this.share) : this.imageSize ** 2;
    return this.#discount * median(this.#recent) * average + this.#evaluationMs / stepsPerEpoch;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
