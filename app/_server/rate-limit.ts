import { LatheError } from "#lib/domain/errors";

/** At most `max` a window and key, in this process. */
export class RateLimit {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #seen = new Map<string, { count: number; untilMs: number }>();

  constructor({ max, windowMs }: { max: number; windowMs: number }) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /** @throws LatheError 429 `too_many_attempts` */
  take(key: string, nowMs = Date.now()): void {
    if (this.#seen.size > 10_000) this.#prune(nowMs);
    const entry = this.#seen.get(key);
    if (!entry || entry.untilMs <= nowMs) {
      this.#seen.set(key, { count: 1, untilMs: nowMs + this.#windowMs });
      return;
    }
    if (entry.count >= this.#max) {
      throw new LatheError({
        code: "too_many_attempts",
        message: "There were too many attempts.",
        nextStep: `Wait ${Math.ceil((entry.untilMs - nowMs) / 1000)} seconds, then try again.`,
        status: 429,
      });
    }
    entry.count++;
  }

  #prune(nowMs: number): void {
    for (const [key, { untilMs }] of this.#seen) if (untilMs <= nowMs) this.#seen.delete(key);
    // Still full: somebody makes up keys. Forgetting the oldest half bounds the memory, and the time this takes.
    for (const key of this.#seen.keys()) {
      if (this.#seen.size <= 5_000) break;
      this.#seen.delete(key);
    }
  }
}
