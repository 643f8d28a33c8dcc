import { compareKeys } from "#storage/key-order";
import type { ListedObject, ObjectStore } from "#storage/object-store";

/** A page of a thousand that settles fewer keys than this is dearer than asking for each. */
const leastSettled = 50;
const parallelHeads = 16;

/**
 * What lies under some keys. Files of one folder stand side by side in a listing, so a page of it settles hundreds at a
 * time; keys strewn over a large bucket are asked for one by one.
 */
export async function lookUp(store: ObjectStore, bucket: string, keys: readonly string[]): Promise<Map<string, ListedObject>> {
  const found = new Map<string, ListedObject>();
  const wanted = [...new Set(keys)].filter((key) => key !== "" && !/\p{Cc}|\p{Cs}/u.test(key)).sort(compareKeys);
  let next = 0;
  while (next < wanted.length) {
    const asked = new Set(wanted.slice(next));
    const { objects, nextCursor } = await store.listPage(bucket, { startAfter: justBefore(wanted[next]!), limit: 1000 });
    for (const object of objects) if (asked.has(object.key)) found.set(object.key, object);
    const last = objects.at(-1);
    if (nextCursor === null || !last) return found;
    const before = next;
    while (next < wanted.length && compareKeys(wanted[next]!, last.key) <= 0) next++;
    if (next - before < leastSettled) break;
  }
  const rest = wanted.slice(next);
  const head = async () => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) {
      const object = await store.head(bucket, key);
      if (object) found.set(key, object);
    }
  };
  await Promise.all(Array.from({ length: parallelHeads }, head));
  return found;
}

/** A text that sorts before the key with next to nothing between: its last character one lower, then the highest there is. */
function justBefore(key: string): string {
  const last = key.codePointAt(key.length - 1)!;
  return last > 0x20 && last < 0x80 ? `${key.slice(0, -1)}${String.fromCharCode(last - 1)}\u{10ffff}` : key.slice(0, -1);
}
