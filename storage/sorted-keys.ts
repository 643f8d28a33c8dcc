import { compareKeys } from "./key-order";

const maxChunk = 512;

/**
 * A set of keys in listing order: arrays of at most 512 keys in a row, so that adding and removing move little even
 * among millions.
 */
export class SortedKeys {
  #chunks: string[][] = [];

  constructor(keys: Iterable<string> = []) {
    const sorted = [...keys].sort(compareKeys);
    for (let i = 0; i < sorted.length; i += maxChunk / 2) this.#chunks.push(sorted.slice(i, i + maxChunk / 2));
  }

  /** @param key must not be in the set */
  add(key: string): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push([key]);
      return;
    }
    const at = Math.min(this.#chunkOf((other) => compareKeys(other, key) < 0), this.#chunks.length - 1);
    const chunk = this.#chunks[at]!;
    chunk.splice(firstNot(chunk, (other) => compareKeys(other, key) < 0), 0, key);
    if (chunk.length > maxChunk) this.#chunks.splice(at + 1, 0, chunk.splice(chunk.length / 2));
  }

  delete(key: string): void {
    const at = this.#chunkOf((other) => compareKeys(other, key) < 0);
    const chunk = this.#chunks[at];
    if (!chunk) return;
    const index = firstNot(chunk, (other) => compareKeys(other, key) < 0);
    if (chunk[index] !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /**
   * The keys from the first on for which `isBefore` is false.
   * @param isBefore true for keys up to some point of the order, false for all after; the set must not change while read
   */
  *from(isBefore: (key: string) => boolean): Generator<string, void, undefined> {
    let at = this.#chunkOf(isBefore);
    const first = this.#chunks[at];
    if (!first) return;
    for (let i = firstNot(first, isBefore); i < first.length; i++) yield first[i]!;
    for (at++; at < this.#chunks.length; at++) yield* this.#chunks[at]!;
  }

  /** The first chunk whose last key is not before the point. */
  #chunkOf(isBefore: (key: string) => boolean): number {
    return firstNot(this.#chunks, (chunk) => isBefore(chunk[chunk.length - 1]!));
  }
}

function firstNot<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
