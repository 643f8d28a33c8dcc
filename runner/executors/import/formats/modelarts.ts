import { XMLParser } from "fast-xml-parser";
import type { Box, Rejection, RejectionCode, Split } from "#lib/domain/dataset";
import type { Source, SourceFormat } from "../source";
import { fileOf } from "./file-of";
import { Table, type Said } from "./join";
import { KeyBase } from "./key-base";
import { checkLabel, labelOfBoxes, makeBox, maxBoxes, nameOf } from "./labels";
import { readLines, readWhole, type Line } from "./lines";
import { exportMarker } from "./marker";

/**
 * ModelArts' manifest: JSON lines with `source`, `usage` and `annotation`, whose entries are a label each
 * (modelarts/image_classification) or point to a Pascal VOC file of boxes (modelarts/object_detection).
 * https://support.huaweicloud.com/intl/en-us/dataprepare-modelarts/dataprepare-modelarts-0015.html
 */
export const modelArtsFormat: SourceFormat = {
  name: "modelarts",
  async *read(source) {
    const file = await fileOf(source, "modelarts", (key) => manifestEnding.test(key));
    const lines = readLines(await source.openBytes(file), maxLineBytes);
    const head: Line[] = [];
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      head.push(next.value);
      if (head.length >= 200) break;
    }
    const names = head.flatMap(({ text }) => {
      const entry = text === null ? null : parse(text);
      return typeof entry?.source === "string" ? entry.source : [];
    });
    const keys = await KeyBase.find(source, file, names);
    const table = new Table(source);
    const own = new Set([file, source.prefix + exportMarker]);
    const folders = new Set<string>();
    for (const line of head) yield* take(line);
    for await (const line of lines) yield* take(line);
    keys.report();
    source.log("info", `${table.rows} lines in ${file}.`);
    const isOwn = (key: string) => own.has(key) || (/\.xml$/i.test(key) && folders.has(key.slice(0, key.lastIndexOf("/") + 1)));
    yield* table.join({ isOwn, notNamed: `no line of ${nameOf(file)} names it` });

    async function* take({ number, text }: Line): AsyncGenerator<Rejection> {
      const bad = (code: RejectionCode, reason: string): Rejection => ({ key: file, code, reason: `line ${number}: ${reason}` });
      if (text === null) return yield bad("bad_row", `it is longer than ${maxLineBytes} characters`);
      if (text.trim() === "") return;
      const entry = parse(text);
      if (!entry) return yield bad("bad_row", "it is not a JSON object");
      if (typeof entry.source !== "string" || entry.source === "") return yield bad("bad_row", 'it has no "source"');
      if (/^content:/i.test(entry.source)) return yield bad("bad_row", "it holds a text, not a picture");
      const said: Said = { from: `line ${number}`, label: null, split: null };
      const usage = entry.usage ?? "";
      if (typeof usage !== "string" || !(usage.toUpperCase() in usages)) return yield bad("bad_row", `its "usage" ${JSON.stringify(usage).slice(0, 60)} is none of TRAIN, EVAL, TEST and INFERENCE`);
      said.split = usages[usage.toUpperCase() as keyof typeof usages];
      if (entry.annotation !== undefined && entry.annotation !== null && !Array.isArray(entry.annotation)) return yield bad("bad_row", 'its "annotation" is not a list');
      const labels: string[] = [];
      const boxes: Box[] = [];
      let whole = true;
      for (const one of (entry.annotation as unknown[] | undefined | null) ?? []) {
        const { type, name, "annotation-loc": place } = (one ?? {}) as Record<string, unknown>;
        if (type === "modelarts/image_classification") {
          if (typeof name !== "string") {
            said.unlabelled = { code: "bad_label", reason: `line ${number} gives it a label that is not a text` };
            continue;
          }
          const label = checkLabel(name);
          if ("label" in label) labels.push(label.label);
          else said.unlabelled = label;
        } else if (type === "modelarts/object_detection" && typeof place === "string") {
          const key = keys.keyOf(place);
          folders.add(key.slice(0, key.lastIndexOf("/") + 1));
          const found = await readVoc(source, key);
          if (typeof found === "string") {
            whole = false;
            yield { key, code: "bad_row", reason: found };
          } else {
            boxes.push(...found.boxes);
            for (const problem of found.problems) yield { key, code: "bad_box", reason: problem };
            whole &&= found.problems.length === 0;
          }
        } else yield bad("bad_row", `annotations of the type ${JSON.stringify(type ?? null).slice(0, 80)} are not read`);
      }
      said.boxes = boxes;
      const distinct = [...new Set(labels)];
      if (said.unlabelled) said.label = null;
      else if (distinct.length > 1) said.unlabelled = { code: "contradicting_rows", reason: `line ${number} gives it several labels: ${distinct.slice(0, 5).map((label) => JSON.stringify(label)).join(", ")}` };
      else if (distinct.length === 1) said.label = distinct[0]!;
      else if (boxes.length > 0) said.label = whole ? labelOfBoxes(boxes) : null;
      else said.unlabelled = { code: "no_label", reason: `line ${number} gives it no label` };
      await table.add(keys.keyOf(entry.source), said);
    }
  },
};

export const manifestEnding = /\.manifest$/i;
const maxLineBytes = 1024 ** 2;
const maxVocBytes = 1024 ** 2;
const usages = { "": null, TRAIN: "train", EVAL: "validation", TEST: "test", INFERENCE: null } as const satisfies Record<string, Split | null>;

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const xml = new XMLParser({ processEntities: false, ignoreAttributes: true, parseTagValue: false, isArray: (name) => name === "object" });

/** @returns what is wrong with the file as a whole, or its boxes and what is wrong with single ones */
async function readVoc(source: Source, key: string): Promise<string | { boxes: Box[]; problems: string[] }> {
  let text: string;
  try {
    text = await readWhole(await source.openBytes(key), key, maxVocBytes);
  } catch (error) {
    source.signal.throwIfAborted();
    const { code } = error as { code?: string };
    if (code === "object_not_found") return "an annotation names it, and there is no such file";
    if (code === "annotation_too_large") return "it is too large for an annotation";
    throw error;
  }
  let root: Record<string, unknown> | undefined;
  try {
    root = (xml.parse(text) as { annotation?: Record<string, unknown> }).annotation;
  } catch {
    return "it is not XML";
  }
  const size = root?.size as Record<string, unknown> | undefined;
  const [width, height] = [Number(size?.width), Number(size?.height)];
  if (!(width > 0 && height > 0)) return "it does not say how wide and high the picture is";
  const boxes: Box[] = [];
  const problems: string[] = [];
  for (const [index, one] of ((root?.object ?? []) as unknown[]).entries()) {
    const { name, bndbox } = (one ?? {}) as { name?: unknown; bndbox?: Record<string, unknown> };
    const label = checkLabel(typeof name === "string" ? unescape(name) : "");
    if (!("label" in label)) problems.push(`box ${index + 1}: ${label.reason}`);
    else if (!bndbox) problems.push(`box ${index + 1}: it is no rectangle (bndbox)`);
    else if (boxes.length >= maxBoxes) problems.push(`box ${index + 1}: ${maxBoxes} boxes a picture are kept`);
    else {
      const corner = (name: string) => (typeof bndbox[name] === "string" ? Number(bndbox[name]) : NaN);
      const box = makeBox(label.label, { left: corner("xmin") / width, top: corner("ymin") / height, right: corner("xmax") / width, bottom: corner("ymax") / height });
      if (typeof box === "string") problems.push(`box ${index + 1}: ${box}`);
      else boxes.push(box);
    }
  }
  return { boxes, problems };
}

/** XML's own five entities; others stay as they are written. */
function unescape(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" })[name]!);
}
