import type { Plan } from "./plan";
import type { Trace } from "./trace";

type Entry = { structure: Int32Array; plan: Plan };

export type CacheLimits = { maxPlans: number; maxBytes: number };

/**
 * Compiled graphs by structure. Each holds a session with threads and memory of its own, so that the least recently
 * used ones go when there are too many or they take too much.
 */
export class PlanCache {
  /** the least recently used first; rare equal hashes take the next free number */
  #entries = new Map<number, Entry>();
  #bytes = 0;

  constructor(readonly limits: CacheLimits) {}

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  find({ structure }: Trace): Plan | undefined {
    for (let key = hash(structure); ; key++) {
      const entry = this.#entries.get(key);
      if (!entry) return undefined;
      if (!equal(entry.structure, structure)) continue;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      return entry.plan;
    }
  }

  add({ structure }: Trace, plan: Plan): void {
    let key = hash(structure);
    while (this.#entries.has(key)) key++;
    this.#entries.set(key, { structure, plan });
    this.#bytes += plan.estimatedBytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size === 1) break; // the one just added
      if (this.#entries.size <= this.limits.maxPlans && this.#bytes <= this.limits.maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= entry.plan.estimatedBytes;
      entry.plan.dispose();
    }
  }

  clear(): void {
    for (const { plan } of this.#entries.values()) plan.dispose();
    this.#entries.clear();
    this.#bytes = 0;
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
