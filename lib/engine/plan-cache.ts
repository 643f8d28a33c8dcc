import type { PlanPair } from "./plan-pair";
import type { Trace } from "./trace";

type Entry = { structure: Int32Array; plans: PlanPair };

const leastRetired = 32 * 2 ** 20;
const mostRemembered = 10_000;

export type CacheLimits = { maxPlans: number; maxBytes: number };

/**
 * Compiled graphs by structure. Each holds a session with threads and memory of its own, so that the least recently
 * used ones go when there are too many or they take too much.
 */
export class PlanCache {
  /** the least recently used first; rare equal hashes take the next free number */
  #entries = new Map<number, Entry>();

  /** structures whose plans were let go after their only run: those that come again stay */
  #retired = new Set<number>();

  constructor(readonly limits: CacheLimits) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Rough: what all of them hold on to. */
  get bytes(): number {
    let bytes = 0;
    for (const { plans } of this.#entries.values()) bytes += plans.estimatedBytes;
    return bytes;
  }

  find({ structure }: Trace): PlanPair | undefined {
    for (let key = hash(structure); ; key++) {
      const entry = this.#entries.get(key);
      if (!entry) return undefined;
      if (!equal(entry.structure, structure)) continue;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      return entry.plans;
    }
  }

  add({ structure }: Trace, plans: PlanPair): void {
    this.#retireFirstSteps();
    let key = hash(structure);
    while (this.#entries.has(key)) key++;
    this.#entries.set(key, { structure, plans });
  }

  /**
   * The first step of a training makes the optimizer's state and never comes again, but its session would hold as much
   * memory as that of all later steps: what is large and ran once goes when something new is compiled, once for each
   * structure.
   */
  #retireFirstSteps(): void {
    for (const [key, { plans }] of this.#entries) {
      if (plans.runs > 1 || plans.estimatedBytes < leastRetired || this.#retired.has(key)) continue;
      if (this.#retired.size >= mostRemembered) this.#retired.clear();
      this.#retired.add(key);
      this.#entries.delete(key);
      plans.dispose();
    }
  }

  /** Lets the least recently used ones go, until all are within the limits again. */
  trim(): void {
    let bytes = this.bytes;
    for (const [oldest, { plans }] of this.#entries) {
      if (this.#entries.size === 1) break; // the one in use
      if (this.#entries.size <= this.limits.maxPlans && bytes <= this.limits.maxBytes) break;
      this.#entries.delete(oldest);
      bytes -= plans.estimatedBytes;
      plans.dispose();
    }
  }

  clear(): void {
    for (const { plans } of this.#entries.values()) plans.dispose();
    this.#entries.clear();
  }
}

/** 52 bits of two FNV-1a walks, so that unequal structures hardly ever meet. */
function hash(structure: Int32Array): number {
  let low = 0x811c9dc5;
  let high = 0x2f0b4c47;
  for (const item of structure) {
    low = Math.imul(low ^ item, 0x01000193);
    high = Math.imul(high ^ (item + 0x9e37), 0x01000193);
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}

function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
