import { leaseMs } from "#lib/domain/job";
import type { Database } from "./database";

/**
 * Keeps what this runner loads or serves for another `leaseMs`.
 * @param deploymentIds what the runner holds
 * @returns lost: stopped by the user or given away; end their children
 */
export async function renewDeployments(
  db: Database,
  { runnerId, deploymentIds, now }: { runnerId: string; deploymentIds: readonly string[]; now: Date },
): Promise<{ held: string[]; lost: string[] }> {
  if (deploymentIds.length === 0) return { held: [], lost: [] };
  const rows = await db.deployment.updateManyAndReturn({
    where: { id: { in: [...deploymentIds] }, runnerId, status: { in: ["loading", "ready"] } },
    data: { leaseExpiresAt: new Date(now.getTime() + leaseMs) },
    select: { id: true },
  });
  const held = new Set(rows.map(({ id }) => id));
  return { held: [...held], lost: deploymentIds.filter((id) => !held.has(id)) };
}
