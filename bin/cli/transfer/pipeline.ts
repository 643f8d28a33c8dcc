/**
 * Items of batches, where the next batch is being loaded while this one's items are handed out: whoever works on them
 * waits for an address only when the server is slower than the work.
 */
export async function* ahead<Batch, Item>(batches: Iterable<Batch>, load: (batch: Batch) => Promise<Item[]>): AsyncGenerator<Item> {
  let loading: Promise<Item[]> | null = null;
  for (const batch of batches) {
    const earlier: Promise<Item[]> | null = loading;
    if (earlier) {
      // The next call is made when this one is answered: two at once would only queue in the server.
      const items: Item[] = await earlier;
      loading = started(load(batch));
      yield* items;
    } else {
      loading = started(load(batch));
    }
  }
  if (loading) yield* await loading;
}

/** A promise that is looked at later and must not count as unhandled until then. */
export function started<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Slices of a list; the first one is short. */
export function* slices<T>(list: readonly T[], firstSize: number, size: number): Generator<readonly T[]> {
  if (list.length > 0) yield list.slice(0, firstSize);
  for (let start = firstSize; start < list.length; start += size) yield list.slice(start, start + size);
}

/**
 * Works on all items, so many at a time; one that is done makes room for the next.
 * @param act must not throw: a failure belongs into the result
 * @throws what `items` throws, after all work that had begun is done
 */
export async function inParallel<T>(items: AsyncGenerator<T>, parallel: number, act: (item: T) => Promise<void>): Promise<void> {
  const work = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await items.next();
      if (done) return;
      await act(value);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
