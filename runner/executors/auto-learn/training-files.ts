import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { JobInput } from "#lib/data/load-job-input";
import { isLabelled, splits, type Finding, type LabelledSample, type Sample } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import { samplesFile, type TrainingSet } from "#lib/protocol/child";
import { datasetManifestKey, artifactsBucket } from "#storage/keys";
import { forEachBounded } from "../../work/bounded";
import { download, requireSpace } from "../../work/download";
import { untilStoreAnswers } from "../../work/patience";
import { plural } from "../../work/words";
import { Stopped, type Execution } from "../execution";
import { deletedBucket } from "../import/deleted-bucket";
import { readManifest } from "../manifest/read";

const concurrency = 16;
/** A folder with a hundred thousand files is slow to look at. */
const filesPerFolder = 1000;

export const pretrainedFile = "pretrained.safetensors";

type Version = NonNullable<JobInput["datasetVersion"]>;

/** What is trained on: the labelled pictures of a frozen version. */
export type TrainingData = { bucket: string; labels: string[]; samples: LabelledSample[]; findings: Finding[] };

/** Pictures without a label are left out. @throws LatheError `manifest_damaged`, `manifest_too_new` */
export async function readTrainingData({ input, store, lost, log }: Execution, version: Version): Promise<TrainingData> {
  const key = datasetManifestKey(input.workspaceId, version.id);
  const { header, findings, samples } = await untilStoreAnswers(async () => {
    const labelled: LabelledSample[] = [];
    const { body } = await store.get(artifactsBucket, key, { signal: lost });
    const about = await readManifest(body, {
      name: `${version.dataset}@${version.version}`,
      digest: version.digest ?? "",
      onSample: (sample) => void (isLabelled(sample) && labelled.push(sample)),
    });
    return { ...about, samples: labelled };
  }, lost);
  const unlabelled = header.samples - samples.length;
  if (unlabelled > 0) log("info", `${plural(unlabelled, "picture")} without a label ${unlabelled === 1 ? "is" : "are"} left out.`);
  return { bucket: header.bucket, labels: header.labels.map(({ label }) => label), samples, findings };
}

/** @throws LatheError why this dataset cannot be trained on: each label needs pictures on every side of the split */
export function requireSplit({ labels, samples, findings }: TrainingData): void {
  const seen = new Set(samples.map(({ label, split }) => `${split}/${label}`));
  if (labels.length >= 2 && labels.every((label) => splits.every((split) => seen.has(`${split}/${label}`)))) return;
  const reason = findings.find(({ code }) => code.startsWith("too_few_"));
  throw new LatheError({
    code: reason?.code ?? "too_few_labels",
    message: reason?.message ?? "This dataset has fewer than two labels: there is nothing to tell apart.",
    nextStep: reason?.nextStep ?? "Put the pictures of each label in a folder of its own, and make the dataset again.",
    status: 422,
  });
}

/** Copies the pictures into the job's folder, each checked against the manifest, and writes the list the child reads. */
export async function fetchPictures(execution: Execution, data: TrainingData): Promise<void> {
  const { folder, stop, lost, progress, log } = execution;
  const { samples, bucket, labels } = data;
  const totalBytes = samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await requireSpace(folder.input, totalBytes);
  log("info", `Copies ${plural(samples.length, "picture")}, ${formatBytes(totalBytes)}, to this runner.`);
  const signal = AbortSignal.any([stop, lost]);
  const beganMs = Date.now();
  const indexes = new Map(labels.map((label, index) => [label, index]));
  const files = samples.map((_, i) => `p${Math.floor(i / filesPerFolder)}/f${i}`);
  await makeFolders(folder.input, samples.length);
  let doneBytes = 0;
  try {
    await forEachBounded(samples, concurrency, signal, async (sample, i) => {
      await fetchOne(execution, bucket, sample, path.join(folder.input, files[i]!), signal);
      doneBytes += sample.sizeBytes;
      const elapsedMs = Date.now() - beganMs;
      const remainingMs = elapsedMs > 2_000 ? Math.round((elapsedMs / doneBytes) * (totalBytes - doneBytes)) : null;
      progress({ phase: "caching", fraction: totalBytes > 0 ? doneBytes / totalBytes : 1, epoch: null, epochs: null, remainingMs });
    });
  } catch (error) {
    lost.throwIfAborted();
    if (stop.aborted) throw new Stopped();
    if (error instanceof LatheError && error.code === "bucket_not_found") throw deletedBucket(bucket, error);
    throw error;
  }
  const set: TrainingSet = {
    labels,
    samples: samples.map(({ key, label, split }, i) => ({ key, file: files[i]!, labelIndex: indexes.get(label)!, split })),
  };
  await writeFile(path.join(folder.input, samplesFile), JSON.stringify(set), { mode: 0o644 });
}

async function fetchOne({ store, lost }: Execution, bucket: string, { key, sha256 }: Sample, file: string, signal: AbortSignal): Promise<void> {
  const nextStep = "Put the picture back, or make a new version of the dataset, and start again.";
  try {
    const found = await untilStoreAnswers(() => download(store, { bucket, key }, file, signal), lost);
    if (found.sha256 === sha256) return;
  } catch (error) {
    if (!(error instanceof LatheError) || error.code !== "object_not_found") throw error;
    if (!(await untilStoreAnswers(() => store.bucketExists(bucket), lost))) throw deletedBucket(bucket, error);
    const message = `The picture "${key}" is no longer in the bucket "${bucket}".`;
    throw new LatheError({ code: "picture_missing", message, nextStep, status: 409 });
  }
  const message = `The picture "${key}" has changed since the dataset was made.`;
  throw new LatheError({ code: "picture_changed", message, nextStep, status: 409 });
}

async function makeFolders(input: string, count: number): Promise<void> {
  for (let i = 0; i * filesPerFolder < count; i++) await mkdir(path.join(input, `p${i}`), { mode: 0o755 });
}

/** @param location s3://bucket/key, whose workspace web has checked */
export async function fetchPretrained(execution: Execution, location: string): Promise<void> {
  const { store, folder, lost, log } = execution;
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(location);
  if (!match) throw new LatheError({ code: "invalid_pretrained", message: `"${location}" is no address.`, nextStep: "Write it as s3://bucket/file.safetensors." });
  const [, bucket, key] = match as unknown as [string, string, string];
  const head = await untilStoreAnswers(() => store.head(bucket, key), lost);
  await requireSpace(folder.input, head?.sizeBytes ?? 0);
  const { sizeBytes } = await untilStoreAnswers(() => download(store, { bucket, key }, path.join(folder.input, pretrainedFile), lost), lost);
  log("info", `Fetched the pretrained weights ${location}, ${formatBytes(sizeBytes)}.`);
}

/** The middle one of the pictures' short sides, px. */
export function typicalSide(samples: readonly Sample[]): number {
  const sides = samples.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b);
  return sides[sides.length >> 1] ?? 1;
}
