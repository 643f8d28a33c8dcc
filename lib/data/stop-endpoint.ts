import { notFound } from "#lib/domain/errors";
import type { Database } from "./database";

/**
 * Stops all deployments; the endpoint and its URL stay.
 * @returns the runners to wake, so that they end the children
 */
export async function stopEndpoint(
  db: Database,
  { workspaceId, endpoint: name }: { workspaceId: string; endpoint: string },
): Promise<{ runnerIds: string[] }> {
  return db.$transaction(async (tx) => {
    const endpoint = await tx.endpoint.findUnique({ where: { workspaceId_name: { workspaceId, name } } });
    if (!endpoint) throw notFound("endpoint", name);
    const rows = await tx.deployment.updateManyAndReturn({
      where: { endpointId: endpoint.id, status: { in: ["starting", "loading", "ready", "failed"] } },
      data: { status: "stopped", leaseExpiresAt: null },
      select: { runnerId: true },
    });
    return { runnerIds: [...new Set(rows.flatMap(({ runnerId }) => (runnerId ? [runnerId] : [])))] };
  });
}
