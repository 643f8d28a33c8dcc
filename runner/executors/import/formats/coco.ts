import type { Box, Rejection, RejectionCode, Split } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import type { Source, SourceFormat } from "../source";
import { fileOf, filesOf } from "./file-of";
import { Table } from "./join";
import { readJsonLists, type Element } from "./json-lists";
import { KeyBase } from "./key-base";
import { checkLabel, labelOfBoxes, makeBox, maxBoxes, nameOf, splitFolders, splitOfName } from "./labels";
import { exportMarker } from "./marker";
import { SortedRows } from "./sorted-rows";

type Image = { name: string; width: number; height: number; /** null: it has none, whatever its boxes say */ label: string | null | undefined };
type Annotation = { number: number; category: string; box: unknown };
type Part = { image: Image } | { annotation: Annotation };

const lists = new Set(["images", "annotations", "categories"]);
const maxCategories = 100_000;
const rowsInMemory = 200_000;

/**
 * COCO's JSON of boxes; several files (`instances_train2017.json`, `instances_val2017.json`) give the splits. Images and
 * annotations find each other through sorted files, so that the size of the JSON does not matter. An image may have a
 * `label` of its own, which Lathe's export writes and other readers pass over.
 */
export const cocoFormat: SourceFormat = {
  name: "coco",
  async *read(source) {
    const files = await cocoFiles(source);
    const table = new Table(source);
    for (const file of files) yield* readFile(source, file, table);
    const own = new Set([...files, source.prefix + exportMarker]);
    yield* table.join({ isOwn: (key) => own.has(key), notNamed: `no image of ${files.map(nameOf).slice(0, 3).join(", ")} names it` });
  },
};

async function cocoFiles(source: Source): Promise<string[]> {
  if (source.file !== undefined) return [await fileOf(source, "coco", () => true)];
  const json = await annotationFiles(source);
  if (json.length === 0) return [await fileOf(source, "coco", () => false)];
  return json;
}

/** JSON files that may be COCO's; those of its `instances` where there are also captions and keypoints of the same images. */
export async function annotationFiles(source: Source): Promise<string[]> {
  const isJson = (key: string) => /\.json$/i.test(key) && nameOf(key) !== exportMarker;
  const inFolder = (await source.level(`${source.prefix}annotations/`)).objects.map(({ key }) => key).filter(isJson);
  const all = inFolder.length > 0 ? inFolder : await filesOf(source, isJson);
  const instances = all.filter((key) => /^instances/i.test(nameOf(key)));
  return instances.length > 0 ? instances : all;
}

async function* readFile(source: Source, file: string, table: Table): AsyncGenerator<Rejection> {
  const rows = new SortedRows<Part>(source.scratch, rowsInMemory);
  const categories = new Map<string, string>();
  const names: string[] = [];
  const bad = (what: string, code: RejectionCode, reason: string): Rejection => ({ key: file, code, reason: `${what}: ${reason}` });
  let boxes = 0;
  try {
    for await (const element of readJsonLists(await source.openBytes(file), lists)) {
      const problem = await take(element);
      if (problem) yield problem;
    }
  } catch (error) {
    source.signal.throwIfAborted();
    if (error instanceof LatheError || (error as { code?: unknown }).code !== undefined) throw error;
    throw new LatheError({
      code: "annotations_broken",
      message: `"${file}" cannot be read as COCO's JSON: ${(error as Error).message}.`,
      nextStep: "Write the file again from where it came, and upload it.",
      status: 422,
    });
  }
  const split = splitOfName(nameOf(file));
  const stem = nameOf(file).replace(/\.json$/i, "").replace(/^instances_/i, "");
  const folders = ["images/", `${stem}/`, `images/${stem}/`, ...(split ? [`${splitFolders[split]}/`, `images/${splitFolders[split]}/`] : [])];
  const keys = await KeyBase.find(source, file, names, folders.map((folder) => source.prefix + folder));
  for await (const group of grouped(rows)) yield* give(group, split);
  keys.report();
  source.log("info", `${names.length < 200 ? names.length : "More than 200"} images, ${boxes} boxes of ${categories.size} categories in ${file}.`);

  /** @returns what is wrong with it */
  async function take({ list, index, value, problem }: Element): Promise<Rejection | null> {
    const what = `${list}[${index}]`;
    if (value === undefined) return bad(what, "bad_row", problem);
    const entry = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
    if (list === "categories") {
      const label = checkLabel(typeof entry.name === "string" ? entry.name : "");
      if (!isId(entry.id)) return bad(what, "bad_row", "it has no id");
      if (!("label" in label)) return bad(what, "bad_label", label.reason);
      if (categories.size >= maxCategories) return bad(what, "bad_row", `only the first ${maxCategories} categories are read`);
      if (categories.has(String(entry.id)) && categories.get(String(entry.id)) !== label.label) return bad(what, "contradicting_rows", `the id ${String(entry.id)} is used twice`);
      categories.set(String(entry.id), label.label);
    } else if (list === "images") {
      if (!isId(entry.id) || typeof entry.file_name !== "string" || entry.file_name === "") return bad(what, "bad_row", "it has no id or no file_name");
      if (names.length < 200) names.push(entry.file_name);
      const label = typeof entry.label === "string" || entry.label === null ? entry.label : undefined;
      await rows.add(String(entry.id), { image: { name: entry.file_name, width: Number(entry.width), height: Number(entry.height), label } });
    } else {
      if (!isId(entry.image_id) || !isId(entry.category_id)) return bad(what, "bad_row", "it has no image_id or no category_id");
      await rows.add(String(entry.image_id), { annotation: { number: index, category: String(entry.category_id), box: entry.bbox } });
    }
    return null;
  }

  async function* give({ id, images, annotations, more }: Group, side: Split | null): AsyncGenerator<Rejection> {
    const image = images[0];
    if (!image) {
      for (const { number } of annotations) yield bad(`annotations[${number}]`, "no_picture", `there is no image with the id ${id}`);
      if (more > 0) yield bad("annotations", "no_picture", `${more} more name the image ${id}, which is not there`);
      return;
    }
    for (const other of images.slice(1)) yield bad("images", "contradicting_rows", `the id ${id} is used for ${JSON.stringify(image.name)} and for ${JSON.stringify(other.name)}`);
    const found: Box[] = [];
    let whole = more === 0;
    for (const { number, category, box } of annotations) {
      const label = categories.get(category);
      const made = label === undefined ? null : boxOf(label, box, image);
      if (made !== null && typeof made !== "string") {
        found.push(made);
        continue;
      }
      whole = false;
      const what = `annotations[${number}] of ${JSON.stringify(image.name)}`;
      yield made === null ? bad(what, "bad_label", `there is no category with the id ${category}`) : bad(what, "bad_box", made);
    }
    if (more > 0) yield bad("annotations", "bad_row", `${more} more of ${JSON.stringify(image.name)} are left out: ${maxBoxes} boxes a picture are kept`);
    boxes += found.length;
    const own = typeof image.label === "string" ? checkLabel(image.label) : null;
    const label = own && "label" in own ? own.label : whole && image.label === undefined ? labelOfBoxes(found) : null;
    const unlabelled = label === null && found.length === 0 ? { code: "no_label" as const, reason: `no annotation of ${nameOf(file)} is about it` } : undefined;
    const from = `the image ${id} of ${nameOf(file)}`;
    await table.add(keys.keyOf(image.name), { from, label, split: side, boxes: found, ...(own && !("label" in own) && found.length === 0 ? { unlabelled: own } : unlabelled ? { unlabelled } : {}) });
  }
}

function boxOf(label: string, box: unknown, { width, height }: Image): Box | string {
  if (!Array.isArray(box) || box.length !== 4 || !box.every((value) => typeof value === "number")) return "its bbox is not four numbers";
  if (!(width > 0 && height > 0)) return "its image does not say how wide and high it is";
  const [x, y, w, h] = box as [number, number, number, number];
  return makeBox(label, { left: x / width, top: y / height, right: (x + w) / width, bottom: (y + h) / height });
}

function isId(value: unknown): value is string | number {
  return (typeof value === "number" && Number.isFinite(value)) || (typeof value === "string" && value !== "" && value.length <= 200);
}

type Group = { id: string; images: Image[]; annotations: Annotation[]; /** not held */ more: number };

async function* grouped(rows: SortedRows<Part>): AsyncGenerator<Group> {
  let group = null as Group | null;
  for await (const { key, value } of rows.read()) {
    if (group?.id !== key) {
      if (group) yield group;
      group = { id: key, images: [], annotations: [], more: 0 };
    }
    if ("image" in value) {
      if (group.images.length < 10) group.images.push(value.image);
    } else if (group.annotations.length < maxBoxes) group.annotations.push(value.annotation);
    else group.more++;
  }
  if (group) yield group;
}
