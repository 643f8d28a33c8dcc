import type { Database } from "./database";

export type Serving = {
  deploymentId: string;
  runnerId: string | null;
  trafficPercent: number;
  status: string;
  /** NAME@V */
  model: string;
  /** protocol Signature */
  signature: unknown;
};

/** What an endpoint has to answer with. @returns null when there is no such endpoint in the workspace */
export async function findServing(
  db: Database,
  { workspaceId, endpoint }: { workspaceId: string; endpoint: string },
): Promise<Serving[] | null> {
  const row = await db.endpoint.findUnique({
    where: { workspaceId_name: { workspaceId, name: endpoint } },
    include: {
      deployments: {
        where: { status: { in: ["starting", "loading", "ready", "failed"] } },
        orderBy: { createdAt: "asc" },
        include: { modelVersion: { select: { version: true, signature: true, model: { select: { name: true } } } } },
      },
    },
  });
  if (!row) return null;
  return row.deployments.map(({ id, runnerId, trafficPercent, status, modelVersion }) => ({
    deploymentId: id,
    runnerId,
    trafficPercent,
    status,
    model: `${modelVersion.model.name}@${modelVersion.version}`,
    signature: modelVersion.signature,
  }));
}
