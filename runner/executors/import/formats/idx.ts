import { createHash } from "node:crypto";
import type { Rejection, Split } from "#lib/domain/dataset";
import { compareKeys } from "#storage/key-order";
import type { ListedObject } from "#storage/object-store";
import type { Found, Source, SourceFormat, SourceItem } from "../source";
import { greyPng } from "./grey-png";
import { openIdx, type IdxFile } from "./idx-file";
import { itemOf } from "./join";
import { findLabelList, type LabelList } from "./label-list";
import { splitFolders } from "./labels";
import { mapOrdered } from "./map-ordered";
import { exportMarker } from "./marker";

const concurrency = 16;

export const idxName = /(?:^|[/_.-])(train|training|t10k|test|val|valid|validation)-(images|labels)[-.]idx[13]-ubyte(?:\.gz)?$/i;

const sides: Record<string, Split> = { train: "train", training: "train", t10k: "test", test: "test", val: "validation", valid: "validation", validation: "validation" };

/** https://github.com/zalandoresearch/fashion-mnist#labels, recognised by the sha-256 of all its training or test labels. */
const fashionLabels = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];
const fashionDigests = new Set(["657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7", "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9"]);

type IdxSet = { split: Split; images?: string; labels?: string };

/**
 * MNIST's kind of files. The pictures inside become PNG files under `pictures/`, a thousand to a folder, so that they can be
 * looked at, labelled and trained on like any others; importing again writes only those that are missing or changed.
 */
export const idxFormat: SourceFormat = {
  name: "idx",
  async *read(source) {
    const list = await findLabelList(source);
    const sets = new Map<Split, IdxSet>();
    const own = new Set([source.prefix + exportMarker, list?.key]);
    const pictures = `${source.prefix}pictures/`;
    for await (const { key } of source.list()) {
      const match = idxName.exec(key);
      if (!match || key.startsWith(pictures)) continue;
      own.add(key);
      const split = sides[match[1]!.toLowerCase()]!;
      const set = sets.get(split) ?? { split };
      const what = match[2]!.toLowerCase() as "images" | "labels";
      if (set[what] !== undefined) yield { key, code: "contradicting_rows", reason: `${set[what]} is read for the same pictures` };
      else set[what] = key;
      sets.set(split, set);
    }
    for (const set of [...sets.values()].sort((a, b) => (a.split < b.split ? -1 : 1))) yield* readSet(source, set, list, `${pictures}${splitFolders[set.split]}/`);
    for await (const object of source.list()) {
      if (own.has(object.key) || [...sets.values()].some(({ split, images, labels }) => images && labels && object.key.startsWith(`${pictures}${splitFolders[split]}/`))) continue;
      yield { ...itemOf(object), unlabelled: { code: "not_named", reason: "it belongs to no idx file" } };
    }
  },
};

async function* readSet(source: Source, set: IdxSet, list: LabelList | null, folder: string): AsyncGenerator<Found> {
  const { images, labels } = set;
  if (!images || !labels) return yield { key: (images ?? labels)!, code: images ? "no_label" : "no_picture", reason: images ? "there is no file of labels to it" : "there is no file of pictures to it" };
  const said = await readLabels(source, labels);
  if ("code" in said) return yield said;
  const file = await openIdx(await source.openBytes(images), 3);
  if (typeof file === "string") return yield { key: images, code: "unreadable", reason: file };
  if (file.count !== said.values.length) {
    await file.items.return({ problem: null });
    return yield { key: images, code: "contradicting_rows", reason: `it has ${file.count} pictures, and ${labels} has ${said.values.length} labels` };
  }
  const nameOf = list ? (index: number) => list.nameOf(index) : said.fashion ? (index: number) => fashionLabels[index] : String;
  source.log("info", `${file.count} pictures of ${file.columns} × ${file.rows} pixels in ${images}, ${list ? `labels named by ${list.key}` : said.fashion ? "labels of Fashion-MNIST" : "labels named by their numbers"}; they are kept under ${folder}.`);
  const there = new Walk(source.list(folder));
  const ended: { problem: string | null } = { problem: null };
  const items = mapOrdered(pick(file, folder, ended), concurrency, async ({ key, index, pixels }) => {
    const png = greyPng(pixels, file.columns, file.rows);
    return { index, item: await store(source, key, png, await there.at(key)) };
  });
  for await (const { index, item } of items) {
    const label = nameOf(said.values[index]!);
    yield label === undefined
      ? { ...item, unlabelled: { code: "bad_label", reason: `it has the label number ${said.values[index]}, which has no name` } }
      : { ...item, label, split: set.split };
  }
  if (ended.problem) yield { key: images, code: "truncated", reason: ended.problem };
  for (const key of await there.leftOver()) yield { key, code: "not_named", reason: `it lies among the pictures of ${images} and is none of them` };
}

async function* pick(file: IdxFile, folder: string, ended: { problem: string | null }) {
  for (let index = 0; ; index++) {
    const next = await file.items.next();
    if (next.done) return void (ended.problem = next.value.problem);
    const number = String(index).padStart(7, "0");
    yield { key: `${folder}${number.slice(0, 4)}/${number}.png`, index, pixels: next.value };
  }
}

async function store(source: Source, key: string, png: Buffer, there: ListedObject | null): Promise<SourceItem> {
  const md5 = createHash("md5").update(png).digest("hex");
  const etag = there?.sizeBytes === png.length && there.etag === md5 ? md5 : (await source.put(key, png)).etag;
  return { key, sizeBytes: png.length, etag, label: null, split: null, boxes: [] };
}

async function readLabels(source: Source, key: string): Promise<{ values: Uint8Array; fashion: boolean } | Rejection> {
  const file = await openIdx(await source.openBytes(key), 1);
  if (typeof file === "string") return { key, code: "unreadable", reason: file };
  const values = new Uint8Array(file.count);
  for (let i = 0; ; i++) {
    const next = await file.items.next();
    if (next.done) {
      if (next.value.problem) return { key, code: "truncated", reason: next.value.problem };
      break;
    }
    values[i] = next.value[0]!;
  }
  return { values, fashion: fashionDigests.has(createHash("sha256").update(values).digest("hex")) };
}

/** What lies in a folder, asked for by ascending keys. */
class Walk {
  readonly #objects: AsyncIterator<ListedObject>;
  #next: Promise<IteratorResult<ListedObject>> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #over: string[] = [];

  constructor(objects: AsyncIterable<ListedObject>) {
    this.#objects = objects[Symbol.asyncIterator]();
  }

  /** Callers begin in the order of keys. */
  at(key: string): Promise<ListedObject | null> {
    const found = this.#turn.then(() => this.#advance(key));
    this.#turn = found.catch(() => {});
    return found;
  }

  async #advance(key: string): Promise<ListedObject | null> {
    for (;;) {
      const next = await (this.#next ??= this.#objects.next());
      if (next.done || compareKeys(next.value.key, key) > 0) return null;
      this.#next = null;
      if (next.value.key === key) return next.value;
      this.#over.push(next.value.key);
    }
  }

  async leftOver(): Promise<string[]> {
    for (;;) {
      const next = await (this.#next ??= this.#objects.next());
      this.#next = null;
      if (next.done || this.#over.length > 10_000) return this.#over;
      this.#over.push(next.value.key);
    }
  }
}
