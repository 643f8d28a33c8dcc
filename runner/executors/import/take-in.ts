import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { findKnownSamples } from "#lib/data/find-known-samples";
import type { SampleRow } from "#lib/data/rows";
import { trimImport, writeImportBatch, type ImportedSample } from "#lib/data/write-import-batch";
import type { VersionFence } from "#lib/data/fence-version";
import type { Rejection } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import { pictureLimits } from "#lib/nn/pictures/decode";
import { forEachBounded } from "../../work/bounded";
import { download } from "../../work/download";
import { untilStoreAnswers } from "../../work/patience";
import { plural } from "../../work/words";
import { Stopped, type Execution } from "../execution";
import { bucketIfDeleted } from "./deleted-bucket";
import type { Inspector } from "./inspector";
import { isRejection, type Found, type SourceItem } from "./source";

/** Files on their way at once: enough to keep the store, the network and the decoder busy. */
export const concurrency = 24;
/** What is looked at between two writes to the database. */
const batchItems = 500;
/** Larger ones go to the child through a file, so that few bytes are held at once. */
const inMemoryBytes = 2 * 1024 ** 2;
/** PostgreSQL's text holds any character but this one. */
const nul = /\0/g;

export type TakenIn = { samples: number; reused: number; rejected: number };

export type TakeInOptions = {
  bucket: string;
  fence: VersionFence;
  found: AsyncIterable<Found>;
  /** about how many will be found, for the progress */
  total: number;
  inspector: Inspector;
  /** the version whose rows are taken over where an object is unchanged */
  baseVersionId: string | null;
  /** pictures without a label are kept */
  draft: boolean;
};

/**
 * Looks at everything that a format found and writes it to the database, batch by batch, through little memory. An attempt
 * after one that was lost reads nothing again that has not changed.
 */
export class TakeIn {
  readonly #execution: Execution;
  readonly #options: TakeInOptions;
  readonly #signal: AbortSignal;
  readonly #taken: TakenIn = { samples: 0, reused: 0, rejected: 0 };
  readonly #beganMs = Date.now();
  /** a few, for the log */
  #named = 0;
  #done = 0;
  #gone = 0;

  constructor(execution: Execution, options: TakeInOptions) {
    this.#execution = execution;
    this.#options = options;
    this.#signal = AbortSignal.any([execution.stop, execution.lost]);
  }

  /** Objects that were listed and then were not there. */
  get gone(): number {
    return this.#gone;
  }

  async run(): Promise<TakenIn> {
    const { db, persist, stop, lost } = this.#execution;
    const { fence } = this.#options;
    let place = 0;
    let batch: Found[] = [];
    let writing: Promise<void> = Promise.resolve();
    const take = async () => {
      const from = place;
      const [items, to] = [batch, (place += batch.length)];
      batch = [];
      const looked = await this.#look(items, from);
      // The next batch is looked at while this one is written; one write at a time.
      await writing;
      writing = persist(() => writeImportBatch(db, { fence, from, to, ...looked }));
      writing.catch(() => {});
    };
    try {
      for await (const found of this.#options.found) {
        batch.push(found);
        if (batch.length === batchItems) await take();
      }
      if (batch.length > 0) await take();
      await writing;
      if (fence.attempt > 1) await persist(() => trimImport(db, { fence, count: place }));
    } catch (error) {
      await writing.catch(() => {});
      lost.throwIfAborted();
      if (stop.aborted) throw new Stopped();
      throw error;
    }
    return this.#taken;
  }

  async #look(items: readonly Found[], from: number) {
    const { db, persist } = this.#execution;
    const { fence, baseVersionId } = this.#options;
    const keys = items.flatMap((found) => (isRejection(found) ? [] : found.key));
    const known = (datasetVersionId: string | null) =>
      datasetVersionId === null ? new Map<string, SampleRow>() : persist(() => findKnownSamples(db, { datasetVersionId, keys }));
    const [mine, base] = await Promise.all([known(fence.attempt > 1 ? fence.datasetVersionId : null), known(baseVersionId)]);
    const samples: (ImportedSample | undefined)[] = new Array(items.length);
    const rejections: ((Rejection & { index: number }) | undefined)[] = new Array(items.length);
    await forEachBounded(items, concurrency, this.#signal, async (found, i) => {
      const index = from + i;
      const result = isRejection(found) ? found : await this.#take(found, index, mine.get(found.key), base.get(found.key));
      if ("code" in result) {
        this.#taken.rejected++;
        const rejection = { index, key: result.key.replace(nul, "\uFFFD"), code: result.code, reason: result.reason.replace(nul, "\uFFFD") };
        rejections[i] = rejection;
        if (this.#named++ < 20) this.#execution.log("warn", `Rejected ${rejection.key} (${rejection.code}): ${rejection.reason}.`);
      } else {
        this.#taken.samples++;
        samples[i] = result;
      }
      this.#report();
    });
    return { samples: samples.filter((sample) => sample !== undefined), rejections: rejections.filter((rejection) => rejection !== undefined) };
  }

  async #take(item: SourceItem, index: number, mine: SampleRow | undefined, base: SampleRow | undefined): Promise<ImportedSample | Rejection> {
    const { key, etag, sizeBytes } = item;
    const byPerson = base !== undefined && (base.labelledById !== null || base.state === "accepted");
    const label = byPerson ? base.label : (item.label ?? base?.label ?? null);
    if (label === null && item.unlabelled && !this.#options.draft) return { key, ...item.unlabelled };
    if (sizeBytes === 0) return { key, code: "empty", reason: "the file is empty" };
    if (sizeBytes > pictureLimits.sizeBytes) {
      return { key, code: "too_large", reason: `the file has ${formatBytes(sizeBytes)}, the limit is ${formatBytes(pictureLimits.sizeBytes)}` };
    }
    const same = (row: SampleRow | undefined) => (row && etag !== "" && row.etag === etag && row.sizeBytes === sizeBytes ? row : undefined);
    const unchanged = same(base);
    const facts = factsOf(same(mine) ?? unchanged) ?? (await this.#read(item, index));
    if ("code" in facts) return facts;
    if (unchanged) this.#taken.reused++;
    return {
      index, key, etag, label, ...facts,
      split: label === null ? null : ((unchanged ? base?.split : null) ?? item.split),
      boxes: byPerson ? (base.boxes as ImportedSample["boxes"]) : item.boxes.length > 0 ? item.boxes : null,
      state: label === null ? "unlabelled" : base === undefined ? "labelled" : unchanged ? base.state : "to-review",
      labelledById: unchanged?.labelledById ?? null,
      labelledAt: unchanged?.labelledAt ?? null,
      groupId: unchanged?.groupId ?? null,
    };
  }

  async #read({ key, sizeBytes: listedBytes }: SourceItem, index: number): Promise<Facts | Rejection> {
    const { store, folder, lost } = this.#execution;
    const { bucket, inspector } = this.#options;
    try {
      if (listedBytes <= inMemoryBytes) {
        const bytes = await untilStoreAnswers(async () => {
          const { body } = await store.get(bucket, key, { signal: this.#signal });
          return readWhole(body, pictureLimits.sizeBytes);
        }, lost);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        const found = await inspector.inspect({ bytes });
        return "code" in found ? { key, ...found } : { ...found, sha256, sizeBytes: bytes.length };
      }
      const file = `f${index}`;
      try {
        const { sizeBytes, sha256 } = await untilStoreAnswers(() => download(store, { bucket, key }, path.join(folder.input, file), this.#signal), lost);
        const found = await inspector.inspect({ file });
        return "code" in found ? { key, ...found } : { ...found, sha256, sizeBytes };
      } finally {
        await rm(path.join(folder.input, file), { force: true });
      }
    } catch (error) {
      if (!(error instanceof LatheError) || error.code !== "object_not_found") throw bucketIfDeleted(error, bucket);
      this.#gone++;
      return { key, code: "unreadable", reason: "it was deleted during the import" };
    }
  }

  #report(): void {
    const done = ++this.#done;
    const { progress, log } = this.#execution;
    const total = Math.max(done, this.#options.total);
    const elapsedMs = Date.now() - this.#beganMs;
    const remainingMs = elapsedMs > 2_000 ? Math.round((elapsedMs / done) * (total - done)) : null;
    progress({ phase: "importing", fraction: done / total, epoch: null, epochs: null, remainingMs });
    const step = Math.max(100, Math.ceil(total / 20));
    if (done % step === 0 && done < total) log("info", `${plural(done, "file")} of ${total} looked at.`);
  }
}

type Facts = Pick<ImportedSample, "sha256" | "sizeBytes" | "width" | "height" | "pictureHash" | "sharpness" | "brightness">;

function factsOf(row: SampleRow | undefined): Facts | null {
  if (!row) return null;
  const { sha256, sizeBytes, width, height, pictureHash, sharpness, brightness } = row;
  return { sha256, sizeBytes, width, height, sharpness, brightness, pictureHash: pictureHash && Buffer.from(pictureHash).toString("hex") };
}

async function readWhole(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body) {
    sizeBytes += part.length;
    // It was replaced by a larger one since it was listed; the decoder says what is wrong with so long a file.
    if (sizeBytes > maxBytes) break;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
