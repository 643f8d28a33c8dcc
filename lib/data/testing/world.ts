import type { Database } from "../database";
import { newDeploymentId, newEndpointId, newJobId, newModelId, newModelVersionId, newRunnerId, newWorkspaceId } from "../ids";

/** A workspace and two runners, to put jobs into. */
export type World = {
  workspaceId: string;
  runnerId: string;
  otherRunnerId: string;
  job(kind?: "auto-learn" | "import-dataset", datasetVersionId?: string): Promise<string>;
  modelVersion(): Promise<string>;
  /** starting, or as given */
  deployment(options: { endpoint: string; modelVersionId: string; trafficPercent?: number; status?: string; runnerId?: string }): Promise<string>;
};

export async function createWorld(db: Database): Promise<World> {
  const workspaceId = newWorkspaceId();
  await db.workspace.create({ data: { id: workspaceId, slug: workspaceId.slice(4), name: "W" } });
  const [runnerId, otherRunnerId] = await Promise.all(
    [newRunnerId(), newRunnerId()].map(async (id) => (await db.runner.create({ data: { id, name: id, tokenHash: id } })).id),
  );
  return {
    workspaceId,
    runnerId: runnerId!,
    otherRunnerId: otherRunnerId!,
    async job(kind = "auto-learn", datasetVersionId) {
      const row = await db.job.create({
        data: { id: newJobId(), workspaceId, kind, name: "food", status: "queued", params: {}, datasetVersionId: datasetVersionId ?? null },
      });
      return row.id;
    },
    async modelVersion() {
      const id = newModelVersionId();
      await db.modelVersion.create({
        data: {
          id, version: 1, preset: "resnet18", parameterCount: 1, sizeBytes: 1n, metrics: {}, report: {}, files: [],
          signature: { labels: ["cake", "tea"] },
          model: { create: { id: newModelId(), workspaceId, name: id.slice(4) } },
        },
      });
      return id;
    },
    async deployment({ endpoint: name, modelVersionId, trafficPercent = 100, status = "starting", runnerId: holder }) {
      const endpoint = await db.endpoint.upsert({
        where: { workspaceId_name: { workspaceId, name } }, create: { id: newEndpointId(), workspaceId, name }, update: {},
      });
      const row = await db.deployment.create({
        data: { id: newDeploymentId(), endpointId: endpoint.id, modelVersionId, trafficPercent, status, runnerId: holder ?? null },
      });
      return row.id;
    },
  };
}
