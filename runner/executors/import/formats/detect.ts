import { datasetFormats, type DatasetFormat } from "#lib/domain/dataset";
import type { Source, SourceFormat } from "../source";
import { annotationFiles, cocoFormat } from "./coco";
import { columnsOf, csvFormat, tableEnding } from "./csv";
import { readCsv } from "./csv-records";
import { foldersFormat, splitFoldersFormat, unlabelledFormat } from "./folders";
import { idxFormat, idxName } from "./idx";
import { exists } from "./join";
import { readJsonLists } from "./json-lists";
import { nameOf, pictureEnding, splitOfWord, stemOf } from "./labels";
import { readWhole } from "./lines";
import { exportMarker } from "./marker";
import { manifestEnding, modelArtsFormat } from "./modelarts";
import { textPairsFormat } from "./text-pairs";
import { readBox, yamlEnding, yoloFormat } from "./yolo";
import { yamlNames } from "./yolo-names";

const formats: Record<DatasetFormat, SourceFormat> = {
  folders: foldersFormat, "split-folders": splitFoldersFormat, csv: csvFormat, modelarts: modelArtsFormat, "text-pairs": textPairsFormat,
  idx: idxFormat, coco: cocoFormat, yolo: yoloFormat, unlabelled: unlabelledFormat,
};

/** So many files are looked at to find out how they go together. */
const looked = 2000;

/** The reader of a source: of the format that was asked for, or of the one that what lies there looks like, which is logged. */
export async function openFormat(source: Source, asked?: DatasetFormat | null): Promise<SourceFormat> {
  if (asked) return formats[asked];
  const { format, because } = await detect(source);
  source.log("info", `The format is taken to be ${format}: ${because}.`);
  return formats[format];
}

type Detected = { format: DatasetFormat; because: string };

export async function detect(source: Source): Promise<Detected> {
  const { prefix } = source;
  const exported = await exportedFormat(source);
  if (exported) return { format: exported, because: `${exportMarker} says that Lathe exported it so` };
  if (source.file !== undefined) {
    const byFile = formatOfFile(source.file);
    if (byFile) return { format: byFile, because: `the name of ${source.file}` };
  }
  const { objects, prefixes } = await source.level(prefix);
  const files = objects.map(({ key }) => key);
  const folders = prefixes.map((folder) => folder.slice(prefix.length, -1));
  const first: string[] = [];
  for await (const { key } of source.list()) {
    first.push(key);
    if (first.length >= looked) break;
  }
  const idx = [...files, ...first].find((key) => idxName.test(key) && !key.startsWith(`${prefix}pictures/`));
  if (idx) return { format: "idx", because: `${nameOf(idx)} is there` };
  const manifest = files.find((key) => manifestEnding.test(key));
  if (manifest) return { format: "modelarts", because: `${nameOf(manifest)} is there` };
  for (const yaml of files.filter((key) => yamlEnding.test(key))) {
    if (yamlNames(await readWhole(await source.openBytes(yaml), yaml, 4 * 1024 ** 2)).size > 0) return { format: "yolo", because: `${nameOf(yaml)} names classes` };
  }
  const nearJson = files.some((key) => /\.json$/i.test(key)) || folders.includes("annotations");
  for (const json of nearJson ? await annotationFiles(source) : []) if (await isCoco(source, json)) return { format: "coco", because: `${nameOf(json)} holds images, annotations or categories` };
  for (const table of files.filter((key) => tableEnding.test(key))) {
    if (await isTable(source, table)) return { format: "csv", because: `${nameOf(table)} names files that are there` };
  }
  if (folders.some((folder) => splitOfWord(folder) === "train") && folders.filter(splitOfWord).length >= 2) {
    const sides = folders.filter(splitOfWord).join(", ");
    return (await paired(source, first)) ?? { format: "split-folders", because: `there are the folders ${sides}` };
  }
  const pairs = await paired(source, first);
  if (pairs) return pairs;
  if (prefixes.length > 0) return { format: "folders", because: "there are folders, and no table, manifest or annotation beside them" };
  return { format: "unlabelled", because: "the pictures lie in no folders, and no table or text labels them" };
}

function formatOfFile(file: string): DatasetFormat | null {
  if (tableEnding.test(file)) return "csv";
  if (manifestEnding.test(file)) return "modelarts";
  if (yamlEnding.test(file)) return "yolo";
  if (idxName.test(file)) return "idx";
  return /\.json$/i.test(file) && !/rule\.json$/i.test(file) ? "coco" : null;
}

async function exportedFormat(source: Source): Promise<DatasetFormat | null> {
  const key = source.prefix + exportMarker;
  if (!(await exists(source, key))) return null;
  try {
    const { format } = JSON.parse(await readWhole(await source.openBytes(key), key, 64 * 1024)) as { format?: unknown };
    return datasetFormats.find((one) => one === format) ?? null;
  } catch {
    return null;
  }
}

async function isCoco(source: Source, key: string): Promise<boolean> {
  const bytes = await source.openBytes(key);
  try {
    for await (const { value } of readJsonLists(bytes, new Set(["images", "annotations", "categories"]))) return typeof value === "object" && value !== null && "id" in value;
    return false;
  } catch {
    source.signal.throwIfAborted();
    return false;
  } finally {
    bytes.destroy();
  }
}

/** Whether any of a table's first rows names a file that is there. */
async function isTable(source: Source, key: string): Promise<boolean> {
  const bytes = await source.openBytes(key);
  const rows: string[][] = [];
  try {
    for await (const { cells } of readCsv(bytes)) {
      if (cells) rows.push(cells);
      if (rows.length >= 6) break;
    }
    const columns = columnsOf(key, rows);
    for (const row of columns.header ? rows.slice(1) : rows) {
      const name = row[columns.key]?.trim() ?? "";
      if (/^(s3a?|obs):\/\//i.test(name)) return true;
      for (const base of [source.prefix, ""]) if (name !== "" && (await exists(source, base + name.replace(/^(?:\.?\/)+/, "")))) return true;
    }
    return false;
  } catch {
    source.signal.throwIfAborted();
    return false;
  } finally {
    bytes.destroy();
  }
}

/** Pictures that have texts to them: boxes, or labels. */
async function paired(source: Source, first: readonly string[]): Promise<Detected | null> {
  const { prefix } = source;
  const stems = new Set(first.filter((key) => pictureEnding.test(key)).map(stemOf));
  const texts = first.filter((key) => /\.txt$/i.test(key));
  const beside = texts.find((key) => stems.has(stemOf(key)));
  const sides = (await hasFiles(source, `${prefix}images/`)) && (await hasFiles(source, `${prefix}labels/`));
  if (!beside && !sides) return null;
  const text = beside ?? (await firstText(source, `${prefix}labels/`));
  if (!text) return null;
  const line = (await readWhole(await source.openBytes(text), text, 1024 ** 2).catch(() => "")).split(/[\r\n]/).find((one) => one.trim() !== "") ?? "";
  if (!("code" in readBox(line, String)) || sides) return { format: "yolo", because: `${nameOf(text)} holds boxes to a picture` };
  return { format: "text-pairs", because: `${nameOf(text)} lies beside the picture of the same name` };
}

async function hasFiles(source: Source, folder: string): Promise<boolean> {
  const { objects, prefixes } = await source.level(folder);
  return objects.length + prefixes.length > 0;
}

async function firstText(source: Source, folder: string): Promise<string | null> {
  let count = 0;
  for await (const { key } of source.list(folder)) {
    if (/\.txt$/i.test(key)) return key;
    if (++count >= looked) return null;
  }
  return null;
}
