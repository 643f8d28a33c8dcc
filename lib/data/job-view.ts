import type { Prisma } from "#prisma/client";
import type { Queries } from "./database";

const include = { datasetVersion: { include: { dataset: { select: { name: true } } } } } satisfies Prisma.JobInclude;
type Included = Prisma.JobGetPayload<{ include: typeof include }>;

/** A job as it is shown: with NAME@V of its dataset version and its runner's name. */
export type JobView = Omit<Included, "datasetVersion"> & { dataset: string | null; runner: string | null };

export async function findJobViews(
  db: Queries,
  query: { where: Prisma.JobWhereInput; take?: number; orderBy?: Prisma.JobOrderByWithRelationInput[] },
): Promise<JobView[]> {
  const rows = await db.job.findMany({ ...query, include });
  const runnerIds = [...new Set(rows.flatMap(({ runnerId }) => (runnerId ? [runnerId] : [])))];
  const runners = runnerIds.length ? await db.runner.findMany({ where: { id: { in: runnerIds } }, select: { id: true, name: true } }) : [];
  const names = new Map(runners.map(({ id, name }) => [id, name]));
  return rows.map(({ datasetVersion, ...row }) => ({
    ...row,
    dataset: datasetVersion && `${datasetVersion.dataset.name}@${datasetVersion.version}`,
    runner: row.runnerId ? (names.get(row.runnerId) ?? null) : null,
  }));
}
