import type { Database } from "./database";
import { newDeploymentId, newEndpointId } from "./ids";

/**
 * A new deployment, `starting`, on an endpoint that is made if need be. What is served already goes on until the new one
 * is ready; those that still wait for a runner are overtaken and stop.
 */
export async function deployEndpoint(
  db: Database,
  options: { workspaceId: string; endpoint: string; modelVersionId: string; trafficPercent: number },
): Promise<{ deploymentId: string }> {
  const { workspaceId, endpoint: name, modelVersionId, trafficPercent } = options;
  return db.$transaction(async (tx) => {
    await tx.endpoint.createMany({ data: [{ id: newEndpointId(), workspaceId, name }], skipDuplicates: true });
    const [endpoint] = await tx.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "endpoint" WHERE "workspaceId" = ${workspaceId} AND "name" = ${name} FOR UPDATE`;
    if (trafficPercent === 100) {
      await tx.deployment.updateMany({ where: { endpointId: endpoint!.id, status: "starting" }, data: { status: "stopped" } });
    }
    const row = await tx.deployment.create({
      data: { id: newDeploymentId(), endpointId: endpoint!.id, modelVersionId, trafficPercent, status: "starting" },
    });
    return { deploymentId: row.id };
  });
}
