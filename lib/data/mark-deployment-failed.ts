import { json, type Database } from "./database";

/**
 * The runner could not load or lost the model's child.
 * @param error protocol Problem
 * @returns the endpoint it belongs to; null when it was stopped or given away meanwhile
 */
export async function markDeploymentFailed(
  db: Database,
  { deploymentId, runnerId, error }: { deploymentId: string; runnerId: string; error: object },
): Promise<{ workspaceId: string; endpoint: string } | null> {
  const { count } = await db.deployment.updateMany({
    where: { id: deploymentId, runnerId, status: { in: ["loading", "ready"] } },
    data: { status: "failed", error: json(error), leaseExpiresAt: null },
  });
  if (count === 0) return null;
  const row = await db.deployment.findUnique({ where: { id: deploymentId }, include: { endpoint: true } });
  return row && { workspaceId: row.endpoint.workspaceId, endpoint: row.endpoint.name };
}
