import type { Found, Source, SourceFormat } from "../source";
import { filesTogether, type Beside } from "./beside";
import { itemOf } from "./join";
import { findLabelList, type LabelList } from "./label-list";
import { checkLabel, nameOf, stemOf, type LabelProblem } from "./labels";
import { readWhole } from "./lines";
import { mapOrdered } from "./map-ordered";
import { exportMarker } from "./marker";

const concurrency = 16;
const maxTextBytes = 4096;

/**
 * `10.jpg` beside `10.txt`. The text is the label, or its number where there is a list of labels (`labels.txt`), or
 * `10.jpg, 3` as the contests of Huawei Cloud have it.
 */
export const textPairsFormat: SourceFormat = {
  name: "text-pairs",
  async *read(source) {
    const list = await findLabelList(source);
    const marker = source.prefix + exportMarker;
    if (list) source.log("info", `Labels are named by ${list.key}.`);
    const together = filesTogether(source, stemOf, (key) => key === marker || key === list?.key);
    for await (const found of mapOrdered(together, concurrency, (files) => readPair(source, list, files))) yield* found;
  },
};

async function readPair(source: Source, list: LabelList | null, { pictures, texts, others }: Beside): Promise<Found[]> {
  const found: Found[] = others.map((object) => ({ ...itemOf(object), unlabelled: { code: "no_label", reason: "it is neither a picture nor a picture's text" } }));
  for (const { key } of texts) if (pictures.length === 0) found.push({ key, code: "no_picture", reason: "there is no picture of this name beside it" });
  if (pictures.length === 0) return found;
  const text = texts[0];
  for (const { key } of texts.slice(1)) found.push({ key, code: "bad_row", reason: `${nameOf(text!.key)} is read for the same picture` });
  const label: { label: string } | LabelProblem = text
    ? await readLabel(source, list, text, pictures.map(({ key }) => nameOf(key)))
    : { code: "no_label", reason: `there is no ${nameOf(stemOf(pictures[0]!.key))}.txt beside it` };
  for (const picture of pictures) found.push("label" in label ? { ...itemOf(picture), label: label.label } : { ...itemOf(picture), unlabelled: label });
  return found;
}

async function readLabel(source: Source, list: LabelList | null, text: { key: string; sizeBytes: number }, pictures: string[]): Promise<{ label: string } | LabelProblem> {
  const name = nameOf(text.key);
  if (text.sizeBytes > maxTextBytes) return { code: "bad_label", reason: `${name} has ${text.sizeBytes} bytes; a label has fewer` };
  let content: string;
  try {
    content = await readWhole(await source.openBytes(text.key), text.key, maxTextBytes);
  } catch (error) {
    source.signal.throwIfAborted();
    if ((error as { code?: string }).code !== "object_not_found") throw error;
    return { code: "no_label", reason: `${name} was deleted during the import` };
  }
  const lines = content.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  if (lines.length > 1) return { code: "bad_label", reason: `${name} has ${lines.length} lines; a label is one` };
  const comma = lines[0]?.lastIndexOf(",") ?? -1;
  const said = comma >= 0 && pictures.includes(lines[0]!.slice(0, comma).trim()) ? lines[0]!.slice(comma + 1) : (lines[0] ?? "");
  const label = checkLabel(said);
  if (!("label" in label)) return { ...label, reason: `${name}: ${label.reason}` };
  if (!list || !/^\d{1,9}$/.test(label.label)) return label;
  const named = list.nameOf(Number(label.label));
  return named === undefined ? { code: "bad_label", reason: `${name} says number ${label.label}, which ${nameOf(list.key)} does not have` } : { label: named };
}
