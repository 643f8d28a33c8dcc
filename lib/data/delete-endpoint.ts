import { notFound } from "#lib/domain/errors";
import type { Database } from "./database";

/** Runners find their deployments gone at the next renewal and end the children. */
export async function deleteEndpoint(db: Database, { workspaceId, endpoint }: { workspaceId: string; endpoint: string }): Promise<void> {
  const { count } = await db.endpoint.deleteMany({ where: { workspaceId, name: endpoint } });
  if (count === 0) throw notFound("endpoint", endpoint);
}
