import type { Database } from "#lib/data/database";
import type { DatasetVersionView } from "#lib/data/dataset-version-view";
import { findBucket } from "#lib/data/find-bucket";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { requireTrainable } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { parseVersioned } from "#lib/domain/names";
import type { LabelCount } from "#lib/protocol/datasets";
import type { Services } from "./services";

export type Trainable = { version: DatasetVersionView; trainSamples: number; samples: number; labels: number };

/**
 * The dataset version that auto-learn is asked to train on.
 * @param dataset NAME or NAME@V
 * @throws LatheError 404, 409 `dataset_not_ready`, 422 `dataset_failed`, `too_few_labels`, `too_few_samples`
 */
export async function findTrainable(db: Database, { workspaceId, dataset }: { workspaceId: string; dataset: string }): Promise<Trainable> {
  const { name, version: asked } = parseVersioned(dataset);
  const version = await findDatasetVersion(db, { workspaceId, dataset: name, version: asked });
  const shown = `${name}@${version.version}`;
  if (version.status === "importing") {
    throw new LatheError({
      code: "dataset_not_ready",
      message: `The dataset ${shown} is still being imported.`,
      nextStep: "Wait until it is ready, then start again.",
      status: 409,
    });
  }
  if (version.status === "draft" || version.status === "freezing") {
    throw new LatheError({
      code: "dataset_not_frozen",
      message: `The dataset ${shown} is still a draft: what changes cannot be trained on.`,
      nextStep: "Freeze it, then start again.",
      status: 409,
    });
  }
  if (version.status === "failed") {
    throw new LatheError({
      code: "dataset_failed",
      message: `The dataset ${shown} could not be imported.`,
      nextStep: "Look at its page for the reason, put it right and make the dataset again.",
      status: 422,
    });
  }
  const counts = version.labels as LabelCount[];
  requireTrainable(Object.fromEntries(counts.map(({ label, train, validation, test }) => [label, train + validation + test])));
  return {
    version,
    trainSamples: counts.reduce((sum, { train }) => sum + train, 0),
    samples: version.sampleCount,
    labels: counts.length,
  };
}

/**
 * Looks whether the weights to start from are there, before a job is started for them.
 * @param location s3://bucket/key.safetensors
 */
export async function requirePretrained(
  { db, store }: Pick<Services, "db" | "store">,
  { workspaceId, location }: { workspaceId: string; location: string },
): Promise<void> {
  const match = /^s3:\/\/([^/]+)\/(.+\.safetensors)$/.exec(location);
  if (!match) {
    throw new LatheError({
      code: "invalid_pretrained",
      message: `"${location}" is not the address of a .safetensors file.`,
      nextStep: "Upload the file to a bucket and write it as s3://bucket/path/file.safetensors.",
    });
  }
  const [, bucket, key] = match as unknown as [string, string, string];
  await findBucket(db, { bucket, workspaceId });
  if (await store.head(bucket, key)) return;
  throw new LatheError({
    code: "pretrained_not_found",
    message: `There is no object ${location}.`,
    nextStep: "Check the path, or upload the file first.",
    status: 404,
  });
}
