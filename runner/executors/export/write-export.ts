import { Readable } from "node:stream";
import { LatheError } from "#lib/domain/errors";
import { maxKeyBytes } from "#storage/keys";
import { readObject } from "#storage/read-object";
import type { ObjectStore } from "#storage/object-store";
import { mapOrdered } from "../import/formats/map-ordered";
import { exportMarker } from "../import/formats/marker";
import { untilStoreAnswers } from "../../work/patience";
import { plural, type LogLevel } from "../../work/words";
import { cocoLayout, yoloLayout } from "./boxes";
import { copyPicture, endingOf, readPicture, requireSame } from "./copy-picture";
import { gatherFacts } from "./facts";
import { idxLayout } from "./idx";
import { foldersLayout, splitFoldersLayout } from "./folders";
import type { ExportFormat, ExportSample, Layout, MakeLayout, Samples } from "./layout";
import { csvLayout, modelArtsLayout, textPairsLayout } from "./tables";

const concurrency = 16;

const layouts: Record<ExportFormat, MakeLayout> = {
  folders: foldersLayout, "split-folders": splitFoldersLayout, csv: csvLayout, modelarts: modelArtsLayout, "text-pairs": textPairsLayout, coco: cocoLayout, yolo: yoloLayout,
  idx: idxLayout,
};

export type ExportRequest = {
  format: ExportFormat;
  dataset: string;
  version: number;
  /** of the version's manifest: what makes another attempt the same export */
  digest: string;
  sourceBucket: string;
  sourcePrefix: string;
  bucket: string;
  /** empty or ending in "/" */
  prefix: string;
};

export type ExportWork = {
  store: ObjectStore;
  samples: Samples;
  signal: AbortSignal;
  log(level: LogLevel, text: string): void;
  progress(done: number, of: number): void;
  /** for the moment before the export is called whole */
  requireHeld(): Promise<void>;
};

type Marker = Pick<ExportRequest, "format" | "dataset" | "version" | "digest"> & { state: "writing" | "complete"; samples: number };

/**
 * Writes a version under a prefix: pictures, then the files about them, then the marker that says it is whole. Killed and
 * begun again it goes on with what is there; anything else under the prefix is left alone, and refused.
 */
export async function writeExport(request: ExportRequest, work: ExportWork): Promise<{ samples: number; copied: number }> {
  const { store, signal, log, samples } = work;
  const { bucket, prefix, format } = request;
  const facts = await gatherFacts(samples, request.sourcePrefix);
  const layout = layouts[format]({ ...request, facts, read: (sample) => readPicture(store, sample, { bucket: request.sourceBucket, key: sample.key }, signal) });
  const resuming = await requireOwn(request, store, signal);
  if (request.sourceBucket === bucket && request.sourcePrefix !== prefix && prefix.startsWith(request.sourcePrefix)) {
    log("warn", `s3://${bucket}/${prefix} lies below the dataset's own prefix: making a version from there again finds the export too.`);
  }
  for (const lost of layout.loses) log("warn", `${format} cannot hold ${lost}.`);
  const put = (name: string, body: string, contentType: string) => untilStoreAnswers(() => store.put(bucket, prefix + name, body, { contentType, signal }), signal);
  const mark = (state: Marker["state"]) =>
    put(exportMarker, JSON.stringify({ format, dataset: request.dataset, version: request.version, digest: request.digest, state, samples: facts.samples } satisfies Marker), "application/json");
  await mark("writing");

  let copied = 0;
  let done = 0;
  for await (const fresh of mapOrdered(samples(), concurrency, (sample) => writeSample(request, layout, sample, resuming, work))) {
    if (fresh) copied++;
    work.progress(++done, facts.samples);
  }
  for (const { name, contentType, text } of layout.files) {
    log("info", `Writes ${name}.`);
    await untilStoreAnswers(() => store.put(bucket, prefix + name, Readable.from(inPieces(text(samples))), { contentType, signal }), signal);
  }
  await work.requireHeld();
  await mark("complete");
  log("info", `${plural(facts.samples, "sample")} exported to s3://${bucket}/${prefix} as ${format}; ${plural(copied, "picture")} copied.`);
  return { samples: facts.samples, copied };
}

async function writeSample(request: ExportRequest, layout: Layout, sample: ExportSample, resuming: boolean, { store, signal }: ExportWork): Promise<boolean> {
  const { bucket, prefix, sourceBucket } = request;
  signal.throwIfAborted();
  const from = { bucket: sourceBucket, key: sample.key };
  const name = layout.place(sample, needsEnding(request.format) ? await endingOf(store, from, signal) : "");
  let copied = false;
  if (name === null) await requireSame(store, sample, from, signal);
  else copied = await copyPicture(store, sample, from, { bucket, key: requireKey(sample, prefix + name) }, { resuming, signal });
  const beside = layout.beside?.(sample);
  if (beside) await untilStoreAnswers(() => store.put(bucket, prefix + beside.name, beside.text, { contentType: "text/plain; charset=utf-8", signal }), signal);
  return copied;
}

function needsEnding(format: ExportFormat): boolean {
  return format === "text-pairs" || format === "yolo";
}

function requireKey({ key }: ExportSample, target: string): string {
  if (Buffer.byteLength(target) <= maxKeyBytes) return target;
  throw new LatheError({
    code: "export_key_too_long",
    message: `The picture "${key}" would get a key of more than ${maxKeyBytes} bytes under this prefix.`,
    nextStep: "Choose a shorter prefix, or a format that numbers its pictures.",
    status: 422,
  });
}

/** @returns whether an export like this one was begun here. @throws LatheError `export_prefix_taken` when something else is there */
async function requireOwn({ bucket, prefix, format, digest }: ExportRequest, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  const { objects } = await untilStoreAnswers(() => store.listPage(bucket, { prefix, limit: 2 }), signal);
  const first = objects.find(({ key, sizeBytes }) => !(key === prefix && sizeBytes === 0));
  if (!first) return false;
  const marker = await untilStoreAnswers(() => readMarker(store, bucket, prefix + exportMarker), signal);
  if (marker?.format === format && marker.digest === digest) return true;
  const what = marker ? `an export of ${String(marker.dataset)}@${String(marker.version)} as ${String(marker.format)}` : `"${first.key}"`;
  throw new LatheError({
    code: "export_prefix_taken",
    message: `There is something under s3://${bucket}/${prefix} already: ${what}.`,
    nextStep: "Choose an empty prefix, or delete what lies there.",
    status: 409,
  });
}

async function readMarker(store: ObjectStore, bucket: string, key: string): Promise<Partial<Marker> | null> {
  try {
    const value: unknown = JSON.parse((await readObject(store, bucket, key, 64 * 1024)).toString());
    return typeof value === "object" ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof LatheError && ["object_not_found", "object_too_large"].includes(error.code))) return null;
    throw error;
  }
}

/** Lines together in pieces of a size that is worth a write. */
async function* inPieces(parts: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = "";
  for await (const part of parts) {
    if (typeof part !== "string") {
      yield part;
      continue;
    }
    held += part;
    if (held.length < 64 * 1024) continue;
    yield Buffer.from(held);
    held = "";
  }
  if (held !== "") yield Buffer.from(held);
}
