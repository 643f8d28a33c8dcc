import type { PlanPair } from "./plan-pair";
import type { Trace } from "./trace";

type Entry = { structure: Int32Array; plans: PlanPair };

export type CacheLimits = { maxPlans: number; maxBytes: number };

/**
 * Compiled graphs by structure. Each holds a session with threads and memory of its own, so that the least recently
 * used ones go when there are too many or they take too much.
 */
export class PlanCache {
  /** the least recently used first; rare equal hashes take the next free number */
  #entries = new Map<number, Entry>();

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
    let key = hash(structure);
    while (this.#entries.has(key)) key++;
    this.#entries.set(key, { structure, plans });
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
