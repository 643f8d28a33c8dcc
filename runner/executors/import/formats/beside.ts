import type { ListedObject } from "#storage/object-store";
import type { Source } from "../source";
import { pictureEnding } from "./labels";
import { SortedRows } from "./sorted-rows";

/** Files that belong together because their keys differ by their ending only. */
export type Beside = { pictures: ListedObject[]; texts: ListedObject[]; others: ListedObject[] };

/** So many files of one name are held; nobody has more. */
const maxTogether = 1000;

/** Every file of a source but its `own`, together with those of the same stem. @param stem what they share */
export async function* filesTogether(source: Source, stem: (key: string) => string, isOwn: (key: string) => boolean): AsyncGenerator<Beside> {
  const rows = new SortedRows<ListedObject>(source.scratch);
  for await (const object of source.list()) if (!isOwn(object.key)) await rows.add(stem(object.key), object);
  let group: (Beside & { stem: string; count: number }) | null = null;
  for await (const { key, value } of rows.read()) {
    if (group && (group.stem !== key || group.count >= maxTogether)) {
      yield group;
      group = null;
    }
    group ??= { stem: key, count: 0, pictures: [], texts: [], others: [] };
    group.count++;
    (pictureEnding.test(value.key) ? group.pictures : /\.txt$/i.test(value.key) ? group.texts : group.others).push(value);
  }
  if (group) yield group;
}
