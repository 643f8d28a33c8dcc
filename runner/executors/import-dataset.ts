import { mkdir } from "node:fs/promises";
import path from "node:path";
import { copyGroups, copyVersionSamples, endOfVersion } from "#lib/data/copy-version-samples";
import { failDatasetVersion } from "#lib/data/fail-dataset-version";
import type { VersionFence } from "#lib/data/fence-version";
import type { JobInput } from "#lib/data/load-job-input";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import { pictureLimits } from "#lib/nn/pictures/decode";
import { importParams, type ImportParams } from "#lib/protocol/datasets";
import { requireSpace } from "../work/download";
import { startJobChild } from "../work/job-child";
import { untilStoreAnswers } from "../work/patience";
import { plural, problemOf } from "../work/words";
import { Stopped, type Execution, type Outcome } from "./execution";
import { defaultSplit, settleVersion } from "./freeze/settle";
import { bucketIfDeleted, deletedBucket } from "./import/deleted-bucket";
import { openFormat } from "./import/formats/detect";
import { guarded } from "./import/formats/guarded";
import { Inspector } from "./import/inspector";
import { storeSource, type Source } from "./import/source";
import { concurrency, TakeIn } from "./import/take-in";

/** Longer than any import: a child that hangs is found by its silence. */
const childWallMs = 7 * 24 * 3600 * 1000;
/** Rows copied in one transaction. */
const copyRows = 50_000;

type Version = NonNullable<JobInput["datasetVersion"]>;

/** Reads what lies under a prefix, or copies another version's rows, and makes a draft or a frozen version of it. */
export async function importDataset(execution: Execution): Promise<Outcome> {
  const { input, db, persist, tell, lost } = execution;
  const version = input.datasetVersion;
  if (!version) throw new LatheError({ code: "dataset_gone", message: "The dataset of this job was deleted.", nextStep: "Make it again.", status: 404 });
  const announce = () => tell("workspace.changed", { workspaceId: input.workspaceId, kind: "dataset", name: version.dataset });
  const completed: Outcome = { stopReason: "completed", result: { model: null, dataset: `${version.dataset}@${version.version}`, metrics: {} }, error: null };
  // An attempt before this one did it all and died before it could say so.
  if (version.status === "ready" || version.status === "draft") return completed;
  try {
    await makeVersion(execution, version, importParams.parse(input.params));
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

async function makeVersion(execution: Execution, version: Version, params: ImportParams): Promise<void> {
  const { input, attempt } = execution;
  const fence: VersionFence = { datasetVersionId: version.id, jobId: input.jobId, attempt, status: "importing" };
  if (params.derive && !version.base) {
    throw new LatheError({ code: "base_gone", message: `The version that ${version.dataset}@${version.version} was to be made from was deleted.`, nextStep: "Make it from another one.", status: 409 });
  }
  const format = params.derive === "copy" ? await copy(execution, version, fence) : await read(execution, version, fence, params);
  await settleVersion(execution, { version, fence, format, freeze: params.draft ? null : (params.split ?? defaultSplit) });
}

async function copy({ db, persist, progress, stop, log }: Execution, version: Version, fence: VersionFence): Promise<string> {
  const base = version.base!;
  const end = await persist(() => endOfVersion(db, { datasetVersionId: base.id }));
  for (let from = 0; from < end; from += copyRows) {
    if (stop.aborted) throw new Stopped();
    progress({ phase: "importing", fraction: from / end, epoch: null, epochs: null, remainingMs: null });
    await persist(() => copyVersionSamples(db, { fence, baseVersionId: base.id, from, to: from + copyRows }));
  }
  await persist(() => copyGroups(db, { fence, baseVersionId: base.id }));
  log("info", `Copied the samples of ${version.dataset}@${base.version}.`);
  return version.format;
}

async function read(execution: Execution, version: Version, fence: VersionFence, params: ImportParams): Promise<string> {
  const { store, folder, log, stop, lost, persist, db } = execution;
  const { bucket, prefix } = version;
  const scratch = path.join(folder.root, "scratch");
  await mkdir(scratch, { recursive: true });
  const signal = AbortSignal.any([stop, lost]);
  const source = storeSource(store, { bucket, prefix, file: params.file, scratch, signal, log });
  try {
    const total = await count(execution, source);
    const format = await openFormat(source, params.format ?? (params.derive ? (version.format as ImportParams["format"]) : undefined));
    const inspector = new Inspector(async ({ ready, inspected }) =>
      startJobChild(execution, {
        task: { kind: "inspect" },
        wallMs: childWallMs,
        onMessage: (message) => {
          if (message.type === "ready") ready();
          else if (message.type === "inspected") inspected(message.id, message.result);
        },
      }),
    );
    try {
      const takeIn = new TakeIn(execution, {
        bucket, fence, found: guarded(format.read(source)), total, inspector, draft: params.draft,
        baseVersionId: params.derive === "sync" ? version.base!.id : null,
      });
      const taken = await takeIn.run();
      if (takeIn.gone > 0 && !(await untilStoreAnswers(() => store.bucketExists(bucket), lost))) throw deletedBucket(bucket);
      if (params.derive) log("info", `${plural(taken.reused, "picture")} of ${taken.samples} had not changed and ${taken.reused === 1 ? "was" : "were"} not read again.`);
      if (params.derive) await persist(() => copyGroups(db, { fence, baseVersionId: version.base!.id }));
    } finally {
      await inspector.close();
    }
    return format.name;
  } catch (error) {
    lost.throwIfAborted();
    if (stop.aborted) throw new Stopped();
    throw bucketIfDeleted(error, bucket);
  }
}

/** How much there is, before anything is read. @throws LatheError `prefix_empty` */
async function count({ folder, log, progress }: Execution, source: Source): Promise<number> {
  progress({ phase: "preparing", fraction: 0, epoch: null, epochs: null, remainingMs: null });
  let [files, sizeBytes, largestBytes] = [0, 0, 0];
  for await (const object of source.list()) {
    files++;
    sizeBytes += object.sizeBytes;
    largestBytes = Math.max(largestBytes, Math.min(object.sizeBytes, pictureLimits.sizeBytes));
  }
  if (files === 0) {
    throw new LatheError({
      code: "prefix_empty",
      message: `There is nothing under s3://${source.bucket}/${source.prefix}.`,
      nextStep: "Check the prefix, or upload the pictures first: one folder for each label.",
      status: 404,
    });
  }
  log("info", `${plural(files, "file")} under s3://${source.bucket}/${source.prefix}, ${formatBytes(sizeBytes)}.`);
  await requireSpace(folder.input, concurrency * largestBytes);
  return files;
}
