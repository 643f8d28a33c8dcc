import type { Prisma } from "#prisma/client";
import type { Queries } from "./database";

const include = {
  deployments: {
    where: { status: { not: "stopped" } },
    orderBy: { createdAt: "desc" },
    include: { modelVersion: { include: { model: { select: { name: true } } } } },
  },
} satisfies Prisma.EndpointInclude;
type Included = Prisma.EndpointGetPayload<{ include: typeof include }>;

/** An endpoint as it is shown: with the deployments that are not stopped, newest first, each with its runner's name. */
export type EndpointView = Omit<Included, "deployments"> & { deployments: (Included["deployments"][number] & { runner: string | null })[] };

export async function findEndpointViews(db: Queries, where: Prisma.EndpointWhereInput): Promise<EndpointView[]> {
  const rows = await db.endpoint.findMany({ where, include, orderBy: { name: "asc" } });
  const runnerIds = [...new Set(rows.flatMap((row) => row.deployments.flatMap(({ runnerId }) => (runnerId ? [runnerId] : []))))];
  const runners = runnerIds.length ? await db.runner.findMany({ where: { id: { in: runnerIds } }, select: { id: true, name: true } }) : [];
  const names = new Map(runners.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({
    ...row,
    deployments: row.deployments.map((deployment) => ({
      ...deployment,
      runner: deployment.runnerId ? (names.get(deployment.runnerId) ?? null) : null,
    })),
  }));
}
