import { compareKeys } from "./key-order";
import type { SortedKeys } from "./sorted-keys";

export type LevelQuery = {
  prefix: string;
  /** "" for none */
  delimiter: string;
  /** Only what comes after this key or folded prefix; "" for all. */
  after: string;
  /** keys and prefixes together, 0 or more */
  limit: number;
};

export type Level = {
  keys: string[];
  prefixes: string[];
  /** where to go on (`after` of the next query); null when there is no more */
  next: string | null;
};

/**
 * One page of a listing as S3 defines it: keys under a prefix, those that go on past the next delimiter folded into one
 * prefix. A folded prefix costs one search, however many keys it hides.
 */
export function listLevel(all: SortedKeys, { prefix, delimiter, after, limit }: LevelQuery): Level {
  const level: Level = { keys: [], prefixes: [], next: null };
  if (limit === 0) return level;
  const start = after !== "" && compareKeys(after, prefix) >= 0 ? after : null;
  let isBefore = (key: string) => (start === null ? compareKeys(key, prefix) < 0 : compareKeys(key, start) <= 0);
  let last = "";
  for (;;) {
    const folded = collect();
    if (folded === null) return level;
    // A prefix sorts before all keys it starts.
    isBefore = (key) => compareKeys(key, folded) < 0 || key.startsWith(folded);
  }

  /** Takes keys until one folds, whose prefix it returns; null at the end. */
  function collect(): string | null {
    for (const key of all.from(isBefore)) {
      if (!key.startsWith(prefix)) return null;
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const fold = end < 0 ? null : key.slice(0, end + delimiter.length);
      if (fold !== null && start !== null && start.startsWith(fold)) return fold;
      if (level.keys.length + level.prefixes.length === limit) {
        level.next = last;
        return null;
      }
      last = fold ?? key;
      if (fold !== null) {
        level.prefixes.push(fold);
        return fold;
      }
      level.keys.push(key);
    }
    return null;
  }
}
