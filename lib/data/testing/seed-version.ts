import type { Database } from "../database";
import { newDatasetId, newDatasetVersionId } from "../ids";

export type SeededSample = { key: string; label?: string | null; split?: string | null; sha256?: string; dropped?: boolean; groupId?: number };

/** A version with these samples as rows, as an import would have left it. @returns its id */
export async function seedVersion(
  db: Database,
  options: { workspaceId: string; dataset?: string; version: number; status?: string; baseVersion?: number; samples?: SeededSample[] },
): Promise<string> {
  const { workspaceId, dataset: name = "food", version, status = "ready", baseVersion = null, samples = [] } = options;
  const dataset = await db.dataset.upsert({ where: { workspaceId_name: { workspaceId, name } }, create: { id: newDatasetId(), workspaceId, name }, update: {} });
  const labels = new Map<string, { label: string; train: number; validation: number; test: number }>();
  const present = samples.filter(({ dropped }) => !dropped);
  for (const { label, split = "train" } of present) {
    if (label == null || split === null) continue;
    const entry = labels.get(label) ?? { label, train: 0, validation: 0, test: 0 };
    entry[split as "train"]++;
    labels.set(label, entry);
  }
  const id = newDatasetVersionId();
  await db.datasetVersion.create({
    data: {
      id, datasetId: dataset.id, version, status, baseVersion, bucket: "b", prefix: "p/", digest: status === "ready" ? `d${version}` : null,
      sampleCount: present.length, unlabelledCount: present.filter(({ label }) => label == null).length, sizeBytes: BigInt(present.length * 10), labels: [...labels.values()],
    },
  });
  await db.sample.createMany({
    data: samples.map(({ key, label = null, split = "train", sha256 = key, dropped = false, groupId = null }, index) => ({
      datasetVersionId: id, index, key, label, split, sha256, sizeBytes: 10, width: 8, height: 8, dropped, groupId,
      state: label === null ? "unlabelled" : "labelled",
    })),
  });
  return id;
}
