import type { Database } from "../database";
import { newDatasetId, newDatasetVersionId } from "../ids";

/** A draft with one sample a label given, in their order; those with one are in train, and each has ten bytes. @returns its id */
export async function createDraft(
  db: Database,
  options: { workspaceId: string; labels: readonly (string | null)[]; name?: string; bucket?: string; keyOf?: (index: number) => string },
): Promise<string> {
  const { workspaceId, labels, name = "draft", bucket = "pictures", keyOf = (index) => `p/${index}.jpg` } = options;
  const id = newDatasetVersionId();
  const known = [...new Set(labels.filter((label) => label !== null))].sort();
  await db.dataset.create({
    data: {
      id: newDatasetId(), workspaceId, name,
      versions: {
        create: {
          id, version: 1, status: "draft", format: "unlabelled", bucket, prefix: "p/", sampleCount: labels.length,
          unlabelledCount: labels.filter((label) => label === null).length, sizeBytes: BigInt(labels.length * 10),
          labels: known.map((label) => ({ label, train: labels.filter((each) => each === label).length, validation: 0, test: 0 })),
        },
      },
    },
  });
  await db.sample.createMany({
    data: labels.map((label, index) => ({
      datasetVersionId: id, index, key: keyOf(index), label, split: label === null ? null : "train", sha256: "00", sizeBytes: 10,
      width: 120, height: 96, state: label === null ? "unlabelled" : "labelled",
    })),
  });
  return id;
}
