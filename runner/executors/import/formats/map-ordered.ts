/** Works on so many items at a time and yields the results in the items' order. The first failure ends it. */
export async function* mapOrdered<Item, Result>(
  items: AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is awaited in its turn; until then its failure is nobody's.
    result.catch(() => {});
    underWay.push(result);
    if (underWay.length >= concurrency) yield await underWay.shift()!;
  }
  while (underWay.length > 0) yield await underWay.shift()!;
}
