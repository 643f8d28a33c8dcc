/** What operations that list answer. */
export type PageOf<Item> = { items: Item[]; nextCursor: string | null };

/**
 * All items of a list, page after page, in memory.
 * @param ask for the page behind a cursor, undefined for the first: `(cursor) => client.call("sample.list", { …, cursor })`
 */
export async function everyItem<Item>(ask: (cursor: string | undefined) => Promise<PageOf<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await ask(cursor);
    all.push(...items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
