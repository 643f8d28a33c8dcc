import { compareKeys } from "../../key-order";
import { successor } from "./rows";

export type LevelQuery = {
  prefix: string;
  /** "" for none */
  delimiter: string;
  /** Only what comes after this key or folded prefix; "" for all. */
  after: string;
  /** items and prefixes together, 0 or more */
  limit: number;
};

export type Level<Item> = {
  items: Item[];
  prefixes: string[];
  /** where to go on (`after` of the next query); null when there is no more */
  next: string | null;
};

/**
 * One page of a listing as S3 defines it: what has a prefix, those that go on past the next delimiter folded into one
 * prefix. A folded prefix costs one search, however many keys it hides.
 * @param from items in the keys' order, from a key on
 */
export async function levelOf<Item extends { key: string }>(
  from: (start: string) => AsyncGenerator<Item, void, undefined>,
  { prefix, delimiter, after, limit }: LevelQuery,
): Promise<Level<Item>> {
  const level: Level<Item> = { items: [], prefixes: [], next: null };
  if (limit === 0) return level;
  const begun = after !== "" && compareKeys(after, prefix) >= 0 ? after : null;
  let last = "";
  // Nothing is between a key and the same with the least character behind it.
  for (let start: string | null = begun === null ? prefix : `${begun}\0`; start !== null; ) start = await collect(start);
  return level;

  /** Takes items until one folds. @returns where to go on behind the fold; null at the end */
  async function collect(start: string): Promise<string | null> {
    for await (const item of from(start)) {
      const { key } = item;
      if (!key.startsWith(prefix)) return null;
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const fold = end < 0 ? null : key.slice(0, end + delimiter.length);
      if (fold !== null && begun !== null && begun.startsWith(fold)) return successor(fold);
      if (level.items.length + level.prefixes.length === limit) {
        level.next = last;
        return null;
      }
      last = fold ?? key;
      if (fold !== null) {
        level.prefixes.push(fold);
        return successor(fold);
      }
      level.items.push(item);
    }
    return null;
  }
}
