/** Counts what comes in each window of time and says when to hold it up. Pure: the caller brings the clock. */
export class Throttle {
  readonly #perSecond: number;
  #windowStartMs = -Infinity;
  #count = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** One more came. @returns how long to take no more; 0 to go on */
  count(nowMs: number): number {
    if (nowMs - this.#windowStartMs >= 1000) {
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count++;
    return this.#count >= this.#perSecond ? this.#windowStartMs + 1000 - nowMs : 0;
  }
}
