import type { Database } from "#lib/data/database";
import type { ModelVersionDetail, Signature } from "#lib/protocol/models";

/** A version that is ready, its pictures in the bucket acme-routes; the first of each label tests, the second validates. */
export async function createReadyDataset(db: Database, { workspaceId, name, labels }: { workspaceId: string; name: string; labels: Record<string, number> }): Promise<void> {
  const samples = Object.entries(labels).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => ({ label, split: i === 0 ? "test" : i === 1 ? "validation" : "train" })),
  );
  await db.dataset.create({
    data: {
      id: `dst_${name}`,
      workspaceId,
      name,
      versions: {
        create: {
          id: `dsv_${name}`, version: 1, status: "ready", bucket: "acme-routes", prefix: "food/", digest: "00", sampleCount: samples.length,
          labels: Object.entries(labels).map(([label, count]) => ({ label, train: count - 2, validation: 1, test: 1 })),
          samples: {
            create: samples.map(({ label, split }, index) => ({
              index, key: `food/${label}/${index}.jpg`, label, split, sha256: "00", sizeBytes: 1, width: 200, height: 192,
            })),
          },
          rejections: { create: [{ index: 0, key: "food/x.txt", code: "not_an_image", reason: "It is text." }] },
        },
      },
    },
  });
}

export const testSignature: Signature = {
  format: "lathe-signature-1",
  preset: "resnet18",
  labels: ["cake", "tea"],
  input: { name: "image", imageSize: 64, resizeShortSide: 73, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  output: { name: "probabilities" },
};

const report: ModelVersionDetail["report"] = {
  split: "test", samples: 2, accuracy: 0.5, macroF1: 0.5, top3Accuracy: 1, logLoss: 0.7, expectedCalibrationError: 0.1,
  confusion: [[1, 0], [1, 0]],
  classes: [{ label: "cake", precision: 0.5, recall: 1, f1: 0.67, support: 1 }, { label: "tea", precision: 0, recall: 0, f1: 0, support: 1 }],
  mistakes: [{ key: "food/tea/5.jpg", label: "tea", predicted: "cake", probability: 0.8 }],
  training: { epochs: 3 },
};

/** An endpoint with one deployment of a model version that is made for it. */
export async function createEndpointDeployment(
  db: Database,
  options: { workspaceId: string; endpoint: string; model: string; modelVersionId: string; runnerId: string | null; status: string; trafficPercent?: number },
): Promise<{ deploymentId: string }> {
  const { workspaceId, endpoint: name, model, modelVersionId, runnerId, status, trafficPercent = 100 } = options;
  await db.modelVersion.create({
    data: {
      id: modelVersionId, version: 1, preset: "resnet18", parameterCount: 11_177_538, sizeBytes: 44_000_000n,
      signature: testSignature, metrics: { accuracy: 0.5 }, report, files: [{ name: "weights.bin", sizeBytes: 7, sha256: "00" }],
      model: { connectOrCreate: { where: { workspaceId_name: { workspaceId, name: model } }, create: { id: `mdl_${modelVersionId}`, workspaceId, name: model } } },
    },
  });
  const endpoint = await db.endpoint.upsert({
    where: { workspaceId_name: { workspaceId, name } }, create: { id: `end_${name}`, workspaceId, name }, update: {},
  });
  const row = await db.deployment.create({
    data: { id: `dep_${modelVersionId}`, endpointId: endpoint.id, modelVersionId, trafficPercent, status, runnerId, leaseExpiresAt: new Date(Date.now() + 600_000) },
  });
  return { deploymentId: row.id };
}
