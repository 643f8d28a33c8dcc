import { LatheError } from "#lib/domain/errors";
import type { ObjectStore } from "#storage/object-store";

export type BucketSize = { objects: number; sizeBytes: number };

/** How long a count is taken for fresh, and how long a caller waits for a new one when there is an old one. */
const freshMs = 3_000;
const patienceMs = 2_000;

/** S3 does not say how big a bucket is: it is counted by listing it, at most once at a time, and remembered for a while. */
export class BucketSizes {
  readonly #store: ObjectStore;
  readonly #known = new Map<string, { size: BucketSize; atMs: number }>();
  readonly #counting = new Map<string, Promise<BucketSize>>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** A bucket that the store does not have counts as empty. */
  async of(bucket: string): Promise<BucketSize> {
    const known = this.#known.get(bucket);
    if (known && Date.now() - known.atMs < freshMs) return known.size;
    const counting = this.#counting.get(bucket) ?? this.#start(bucket);
    if (!known) return counting;
    return Promise.race([counting, new Promise<BucketSize>((resolve) => setTimeout(resolve, patienceMs, known.size).unref())]);
  }

  /** It was changed: what is known is old. A count that is under way may have missed it. */
  forget(bucket: string): void {
    const known = this.#known.get(bucket);
    if (known) known.atMs = 0;
    this.#counting.delete(bucket);
  }

  #start(bucket: string): Promise<BucketSize> {
    const counting = this.#count(bucket)
      .then((size) => {
        if (this.#counting.get(bucket) === counting) this.#known.set(bucket, { size, atMs: Date.now() });
        return size;
      })
      .finally(() => {
        if (this.#counting.get(bucket) === counting) this.#counting.delete(bucket);
      });
    this.#counting.set(bucket, counting);
    // The caller may have stopped waiting; whoever waits still gets the error.
    counting.catch(() => {});
    return counting;
  }

  async #count(bucket: string): Promise<BucketSize> {
    const size = { objects: 0, sizeBytes: 0 };
    try {
      for await (const object of this.#store.list(bucket)) {
        size.objects++;
        size.sizeBytes += object.sizeBytes;
      }
    } catch (error) {
      if (!(error instanceof LatheError && error.code === "bucket_not_found")) throw error;
    }
    return size;
  }
}
