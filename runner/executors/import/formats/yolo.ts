import type { Box, Rejection } from "#lib/domain/dataset";
import type { Found, Source, SourceFormat } from "../source";
import { filesTogether, type Beside } from "./beside";
import { itemOf } from "./join";
import { findLabelList, readLabelList } from "./label-list";
import { labelOfBoxes, makeBox, maxBoxes, nameOf, splitOfWord, stemOf } from "./labels";
import { readWhole } from "./lines";
import { mapOrdered } from "./map-ordered";
import { exportMarker } from "./marker";
import { readYoloNames } from "./yolo-names";

const concurrency = 16;
const maxTextBytes = 1024 ** 2;

/**
 * A text of boxes to each picture, `class x y width height` a line as shares of the picture, centre first: beside it, or
 * under `labels/` where the picture lies under `images/`. Polygons (`class x1 y1 x2 y2 …`) are read as the boxes around them.
 */
export const yoloFormat: SourceFormat = {
  name: "yolo",
  async *read(source) {
    const { objects } = await source.level(source.prefix);
    const settings = (source.file !== undefined && yamlEnding.test(source.file) ? source.file : undefined) ?? objects.map(({ key }) => key).find((key) => yamlEnding.test(key));
    const named = settings === undefined ? null : await readYoloNames(source, settings);
    const list = named ?? (source.file !== undefined && settings !== source.file ? await readLabelList(source, source.file) : await findLabelList({ ...source, file: undefined }));
    source.log("info", list ? `Labels are named by ${list.key}.` : "There is no list of labels: their numbers are taken as names.");
    const own = new Set([source.prefix + exportMarker, settings, list?.key]);
    const nameOfClass = (index: number) => (list ? list.nameOf(index) : String(index));
    const together = filesTogether(source, (key) => stemOf(withoutSide(key.slice(source.prefix.length))), (key) => own.has(key));
    for await (const found of mapOrdered(together, concurrency, (files) => readPicture(source, nameOfClass, files))) yield* found;
  },
};

export const yamlEnding = /\.ya?ml$/i;

/** `images/train/1.jpg` and `labels/train/1.txt` are the same thing: without the last such folder they share their stem. */
function withoutSide(path: string): string {
  const parts = path.split("/");
  const place = parts.findLastIndex((part, i) => i < parts.length - 1 && (part === "images" || part === "labels"));
  return parts.filter((_, i) => i !== place).join("/");
}

async function readPicture(source: Source, nameOfClass: (index: number) => string | undefined, { pictures, texts, others }: Beside): Promise<Found[]> {
  const found: Found[] = others.map((object) => ({ ...itemOf(object), unlabelled: { code: "no_label", reason: "it is neither a picture nor a picture's boxes" } }));
  for (const { key } of texts) if (pictures.length === 0) found.push({ key, code: "no_picture", reason: "there is no picture of this name" });
  if (pictures.length === 0) return found;
  const text = texts[0];
  for (const { key } of texts.slice(1)) found.push({ key, code: "bad_row", reason: `${text!.key} is read for the same picture` });
  const { boxes, problems } = text ? await readBoxes(source, nameOfClass, text.key) : { boxes: [], problems: [] };
  found.push(...problems);
  for (const picture of pictures) {
    const split = splitOfPath(picture.key.slice(source.prefix.length));
    const item = { ...itemOf(picture), split, boxes };
    if (boxes.length > 0) found.push({ ...item, label: problems.length === 0 ? labelOfBoxes(boxes) : null });
    else found.push({ ...item, unlabelled: { code: "no_label", reason: text ? `${nameOf(text.key)} holds no box that can be read` : `there is no ${nameOf(stemOf(picture.key))}.txt to it` } });
  }
  return found;
}

function splitOfPath(path: string) {
  return path.split("/").slice(0, -1).map(splitOfWord).find((split) => split !== null) ?? null;
}

async function readBoxes(source: Source, nameOfClass: (index: number) => string | undefined, key: string): Promise<{ boxes: Box[]; problems: Rejection[] }> {
  const boxes: Box[] = [];
  const problems: Rejection[] = [];
  let text: string;
  try {
    text = await readWhole(await source.openBytes(key), key, maxTextBytes);
  } catch (error) {
    source.signal.throwIfAborted();
    const { code, message } = error as { code?: string; message: string };
    if (code !== "object_not_found" && code !== "annotation_too_large") throw error;
    return { boxes, problems: [{ key, code: "bad_row", reason: message }] };
  }
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    const box = readBox(line, nameOfClass);
    if ("reason" in box) problems.push({ key, code: box.code, reason: `line ${index + 1}: ${box.reason}` });
    else if (boxes.length < maxBoxes) boxes.push(box);
    else {
      problems.push({ key, code: "bad_row", reason: `line ${index + 1} and all after it: ${maxBoxes} boxes a picture are kept` });
      break;
    }
  }
  return { boxes, problems };
}

/** One line. @returns the box, or what is wrong */
export function readBox(line: string, nameOfClass: (index: number) => string | undefined): Box | Pick<Rejection, "code" | "reason"> {
  const words = line.trim().split(/\s+/);
  const [first, ...rest] = words;
  const numbers = rest.map(Number);
  const polygon = numbers.length >= 6 && numbers.length % 2 === 0;
  if (numbers.length !== 4 && !polygon) return { code: "bad_row", reason: `it has ${words.length} numbers; a class and four, or a class and a polygon's corners, are read` };
  if (!/^\d{1,9}$/.test(first!)) return { code: "bad_row", reason: `${JSON.stringify(first!.slice(0, 40))} is no number of a class` };
  if (!numbers.every(Number.isFinite)) return { code: "bad_row", reason: "its numbers cannot be read" };
  const label = nameOfClass(Number(first));
  if (label === undefined) return { code: "bad_label", reason: `the list of labels has no number ${first}` };
  if (numbers.some((value) => value < 0 || value > 1)) return { code: "bad_box", reason: "its numbers must be shares of the picture, from 0 to 1" };
  const box = makeBox(label, polygon ? around(numbers) : aroundCentre(numbers as [number, number, number, number]));
  return typeof box === "string" ? { code: "bad_box", reason: box } : box;
}

function aroundCentre([x, y, width, height]: [number, number, number, number]) {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

function around(numbers: readonly number[]) {
  const xs = numbers.filter((_, i) => i % 2 === 0);
  const ys = numbers.filter((_, i) => i % 2 === 1);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
