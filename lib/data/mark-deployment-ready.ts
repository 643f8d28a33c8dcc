import { nextDeploymentStatus, type DeploymentStatus } from "#lib/domain/deployment";
import { movedOn } from "#lib/domain/errors";
import type { Prisma } from "#prisma/client";
import { shareTraffic } from "./share-traffic";
import type { Database } from "./database";

export type ReadyDeployment = {
  workspaceId: string;
  endpoint: string;
  /** older ones that this one replaced */
  stopped: { deploymentId: string; runnerId: string | null }[];
};

/**
 * The runner has loaded the model. Only now does it take its traffic: with 100 percent the endpoint's older deployments
 * stop, with less they share what is left.
 * @throws LatheError `moved_on` when it was stopped or given away meanwhile
 */
export async function markDeploymentReady(
  db: Database,
  { deploymentId, runnerId }: { deploymentId: string; runnerId: string },
): Promise<ReadyDeployment> {
  return db.$transaction(async (tx) => {
    const found = await tx.deployment.findUnique({ where: { id: deploymentId }, include: { endpoint: true } });
    if (!found) throw movedOn("deployment", deploymentId, ["loading"]);
    // Deployments of one endpoint become ready one after the other.
    await tx.$queryRaw`SELECT 1 FROM "endpoint" WHERE "id" = ${found.endpointId} FOR UPDATE`;
    const { count } = await tx.deployment.updateMany({
      where: { id: deploymentId, runnerId, status: "loading" },
      data: { status: nextDeploymentStatus("loading", { type: "loaded" }) },
    });
    if (count === 0) throw movedOn("deployment", deploymentId, ["loading"]);
    const older = await tx.deployment.findMany({
      where: { endpointId: found.endpointId, id: { not: deploymentId }, createdAt: { lte: found.createdAt }, status: { not: "stopped" } },
      orderBy: { createdAt: "asc" },
    });
    const stopped = found.trafficPercent === 100 ? await stopAll(tx, older) : [];
    if (found.trafficPercent < 100) await shareRest(tx, older, 100 - found.trafficPercent);
    return { workspaceId: found.endpoint.workspaceId, endpoint: found.endpoint.name, stopped };
  });
}

type Older = { id: string; status: string; runnerId: string | null; trafficPercent: number };

async function stopAll(tx: Prisma.TransactionClient, older: Older[]): Promise<ReadyDeployment["stopped"]> {
  const stopped: ReadyDeployment["stopped"] = [];
  for (const { id, status, runnerId } of older) {
    const { count } = await tx.deployment.updateMany({
      where: { id, status },
      data: { status: nextDeploymentStatus(status as DeploymentStatus, { type: "stop-requested" }), leaseExpiresAt: null },
    });
    if (count > 0) stopped.push({ deploymentId: id, runnerId });
  }
  return stopped;
}

async function shareRest(tx: Prisma.TransactionClient, older: Older[], percent: number): Promise<void> {
  const ready = older.filter(({ status }) => status === "ready");
  const shares = shareTraffic(ready.map(({ trafficPercent }) => trafficPercent), percent);
  for (const [i, { id }] of ready.entries()) {
    await tx.deployment.updateMany({ where: { id, status: "ready" }, data: { trafficPercent: shares[i]! } });
  }
}
