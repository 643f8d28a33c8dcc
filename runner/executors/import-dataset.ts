import { rm } from "node:fs/promises";
import path from "node:path";
import { completeDatasetVersion } from "#lib/data/complete-dataset-version";
import { failDatasetVersion } from "#lib/data/fail-dataset-version";
import type { JobInput } from "#lib/data/load-job-input";
import { labelOfKey, type Rejection } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import { pictureLimits } from "#lib/nn/pictures/decode";
import { artifactsBucket, datasetManifestKey } from "#storage/keys";
import type { ListedObject } from "#storage/object-store";
import { forEachBounded } from "../work/bounded";
import { download, requireSpace } from "../work/download";
import { startJobChild } from "../work/job-child";
import { untilStoreAnswers } from "../work/patience";
import { plural, problemOf } from "../work/words";
import { Stopped, type Execution, type Outcome } from "./execution";
import { Inspector } from "./import/inspector";
import { buildManifest, type UnsplitSample } from "./import/manifest";

/** Files on their way at once: enough to keep the store, the disk and the decoder busy. */
const concurrency = 16;
/** Longer than any import: a child that hangs is found by its silence. */
const childWallMs = 7 * 24 * 3600 * 1000;

/** Reads what lies under a prefix and freezes it as a dataset version. */
export async function importDataset(execution: Execution): Promise<Outcome> {
  const { input, db, persist, tell, lost } = execution;
  const version = input.datasetVersion;
  if (!version) throw new LatheError({ code: "dataset_gone", message: "The dataset of this job was deleted.", nextStep: "Make it again.", status: 404 });
  const announce = () => tell("workspace.changed", { workspaceId: input.workspaceId, kind: "dataset", name: version.dataset });
  const completed: Outcome = { stopReason: "completed", result: { model: null, dataset: `${version.dataset}@${version.version}`, metrics: {} }, error: null };
  // An attempt before this one did it all and died before it could say so.
  if (version.status === "ready") return completed;
  try {
    await new Import(execution, version).run();
    announce();
    return completed;
  } catch (thrown) {
    lost.throwIfAborted();
    const stopped = thrown instanceof Stopped;
    const error = stopped
      ? { code: "stopped", message: "The import was stopped before it was done.", nextStep: "Make the dataset again." }
      : problemOf(thrown);
    await persist(() => failDatasetVersion(db, { datasetVersionId: version.id, error }));
    announce();
    if (!stopped && error.code === "unexpected_error") throw thrown;
    return { stopReason: stopped ? "stopped" : "error", result: null, error: stopped ? null : error };
  }
}

class Import {
  readonly #execution: Execution;
  readonly #version: NonNullable<JobInput["datasetVersion"]>;
  readonly #signal: AbortSignal;
  /** by place in the listing */
  readonly #samples: (UnsplitSample | null)[] = [];
  readonly #rejected: (Rejection | null)[] = [];
  #done = 0;
  #gone = 0;

  constructor(execution: Execution, version: NonNullable<JobInput["datasetVersion"]>) {
    this.#execution = execution;
    this.#version = version;
    this.#signal = AbortSignal.any([execution.stop, execution.lost]);
  }

  async run(): Promise<void> {
    const { stop, lost, log } = this.#execution;
    const { bucket, prefix } = this.#version;
    const objects = await this.#list();
    log("info", `${plural(objects.length, "file")} under s3://${bucket}/${prefix}, ${formatBytes(objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}.`);
    const inspector = new Inspector(async ({ ready, inspected }) =>
      startJobChild(this.#execution, {
        task: { kind: "inspect" },
        wallMs: childWallMs,
        onMessage: (message) => {
          if (message.type === "ready") ready();
          else if (message.type === "inspected") inspected(message.id, message.result);
        },
      }),
    );
    const beganMs = Date.now();
    try {
      await requireSpace(this.#execution.folder.input, concurrency * largestOf(objects));
      await forEachBounded(objects, concurrency, this.#signal, async (object, index) => {
        await this.#take(object, index, inspector);
        this.#report(objects.length, beganMs);
      });
    } catch (error) {
      lost.throwIfAborted();
      if (stop.aborted) throw new Stopped();
      throw error;
    } finally {
      await inspector.close();
    }
    if (this.#gone > 0) await this.#requireBucket();
    await this.#freeze();
  }

  async #list(): Promise<ListedObject[]> {
    const { store, lost, progress } = this.#execution;
    const { bucket, prefix } = this.#version;
    progress({ phase: "preparing", fraction: 0, epoch: null, epochs: null, remainingMs: null });
    const objects: ListedObject[] = [];
    let cursor: string | undefined;
    do {
      if (this.#execution.stop.aborted) throw new Stopped();
      const page = await untilStoreAnswers(() => store.listPage(bucket, { prefix, cursor }), lost).catch(bucketDeleted(bucket));
      // Consoles mark an empty folder by an empty object whose key ends with a slash.
      for (const object of page.objects) if (!(object.key.endsWith("/") && object.sizeBytes === 0)) objects.push(object);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    if (objects.length > 0) return objects;
    throw new LatheError({
      code: "prefix_empty",
      message: `There is nothing under s3://${bucket}/${prefix}.`,
      nextStep: "Check the prefix, or upload the pictures first: one folder for each label.",
      status: 404,
    });
  }

  async #take(object: ListedObject, index: number, inspector: Inspector): Promise<void> {
    const { store, folder, lost } = this.#execution;
    const { bucket, prefix } = this.#version;
    const { key } = object;
    const reject = (code: Rejection["code"], reason: string) => void (this.#rejected[index] = { key, code, reason });
    const label = labelOfKey(key, prefix);
    if (label === null) return reject("no_label", "it lies in no folder; the first folder under the prefix is the label");
    if (object.sizeBytes === 0) return reject("empty", "the file is empty");
    if (object.sizeBytes > pictureLimits.sizeBytes) {
      return reject("too_large", `the file has ${formatBytes(object.sizeBytes)}, the limit is ${formatBytes(pictureLimits.sizeBytes)}`);
    }
    const name = `f${index}`;
    const file = path.join(folder.input, name);
    try {
      const { sizeBytes, sha256 } = await untilStoreAnswers(() => download(store, { bucket, key }, file, this.#signal), lost);
      const found = await inspector.inspect(name);
      if ("code" in found) reject(found.code, found.reason);
      else this.#samples[index] = { key, sizeBytes, sha256, label, width: found.width, height: found.height };
    } catch (error) {
      if (!(error instanceof LatheError) || error.code !== "object_not_found") throw bucketIfDeleted(error, bucket);
      this.#gone++;
      reject("unreadable", "it was deleted during the import");
    } finally {
      await rm(file, { force: true });
    }
  }

  #report(total: number, beganMs: number): void {
    const done = ++this.#done;
    const { progress, log } = this.#execution;
    const elapsedMs = Date.now() - beganMs;
    const remainingMs = elapsedMs > 2_000 ? Math.round((elapsedMs / done) * (total - done)) : null;
    progress({ phase: "importing", fraction: done / total, epoch: null, epochs: null, remainingMs });
    const step = Math.max(100, Math.ceil(total / 20));
    if (done % step === 0 && done < total) log("info", `${plural(done, "file")} of ${total} looked at.`);
  }

  async #freeze(): Promise<void> {
    const { input, store, db, persist, requireHeld, log, lost, progress } = this.#execution;
    const version = this.#version;
    progress({ phase: "saving", fraction: 1, epoch: null, epochs: null, remainingMs: null });
    const samples = this.#samples.filter((sample) => sample != null);
    const rejections = this.#rejected.filter((rejection) => rejection != null);
    const built = buildManifest(version, samples, rejections);
    log("info", `${plural(samples.length, "picture")} of ${plural(built.manifest.labels.length, "label")}; ${plural(rejections.length, "file")} rejected.`);
    for (const { key, code, reason } of rejections.slice(0, 20)) log("warn", `Rejected ${key} (${code}): ${reason}.`);
    if (rejections.length > 20) log("warn", `… and ${rejections.length - 20} more; the dataset's page lists them all.`);
    for (const { message, nextStep } of built.manifest.findings) log("warn", `${message} ${nextStep}`);

    await requireHeld();
    const key = datasetManifestKey(input.workspaceId, version.id);
    await untilStoreAnswers(() => store.put(artifactsBucket, key, built.bytes, { contentType: "application/json" }), lost);
    await persist(() =>
      completeDatasetVersion(db, {
        datasetVersionId: version.id,
        digest: built.digest,
        labels: built.labelCounts,
        findings: built.manifest.findings,
        samples: built.manifest.samples,
        rejections,
        sizeBytes: built.sizeBytes,
      }),
    );
    log("info", `${version.dataset}@${version.version} is ready; its manifest's digest is ${built.digest}.`);
  }

  /** Files vanished one by one may be the beginning of a bucket's end. */
  async #requireBucket(): Promise<void> {
    const { store, lost } = this.#execution;
    const { bucket } = this.#version;
    if (!(await untilStoreAnswers(() => store.bucketExists(bucket), lost))) throw deletedBucket(bucket);
  }
}

function largestOf(objects: readonly ListedObject[]): number {
  return objects.reduce((largest, { sizeBytes }) => Math.max(largest, Math.min(sizeBytes, pictureLimits.sizeBytes)), 0);
}

function bucketDeleted(bucket: string) {
  return (error: unknown): never => {
    throw bucketIfDeleted(error, bucket);
  };
}

function bucketIfDeleted(error: unknown, bucket: string): unknown {
  return error instanceof LatheError && error.code === "bucket_not_found" ? deletedBucket(bucket, error) : error;
}

export function deletedBucket(bucket: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "bucket_deleted",
    message: `The bucket "${bucket}" was deleted while the job read from it.`,
    nextStep: "Make the bucket again, upload the pictures and start over; nothing was kept of this attempt.",
    status: 409,
    cause,
  });
}
