import { nextDeploymentStatus } from "#lib/domain/deployment";
import { leaseMs } from "#lib/domain/job";
import type { Database } from "./database";

export type ClaimedDeployment = {
  deploymentId: string;
  endpoint: string;
  workspaceId: string;
  modelVersionId: string;
  /** NAME@V */
  model: string;
  /** protocol Signature */
  signature: unknown;
  /** protocol ModelFile[] */
  files: unknown;
  sizeBytes: number;
};

/** Gives at most `limit` deployments that wait for a runner to this one, oldest first; they are `loading` then. */
export async function claimDeployments(
  db: Database,
  { runnerId, now, limit }: { runnerId: string; now: Date; limit: number },
): Promise<ClaimedDeployment[]> {
  if (limit <= 0) return [];
  const loading = nextDeploymentStatus("starting", { type: "claimed" });
  return db.$transaction(async (tx) => {
    const free = await tx.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "deployment" WHERE "status" = 'starting' ORDER BY "createdAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    if (free.length === 0) return [];
    const ids = free.map(({ id }) => id);
    await tx.deployment.updateMany({
      where: { id: { in: ids }, status: "starting" },
      data: { status: loading, runnerId, leaseExpiresAt: new Date(now.getTime() + leaseMs) },
    });
    const rows = await tx.deployment.findMany({
      where: { id: { in: ids } },
      orderBy: { createdAt: "asc" },
      include: { endpoint: true, modelVersion: { include: { model: true } } },
    });
    return rows.map((row) => ({
      deploymentId: row.id,
      endpoint: row.endpoint.name,
      workspaceId: row.endpoint.workspaceId,
      modelVersionId: row.modelVersionId,
      model: `${row.modelVersion.model.name}@${row.modelVersion.version}`,
      signature: row.modelVersion.signature,
      files: row.modelVersion.files,
      sizeBytes: Number(row.modelVersion.sizeBytes),
    }));
  });
}
