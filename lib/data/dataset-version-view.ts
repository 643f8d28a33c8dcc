import type { Prisma } from "#prisma/client";
import type { Queries } from "./database";
import { findUserNames } from "./find-user-names";

const include = {
  dataset: { select: { name: true } },
  jobs: { where: { kind: { in: ["import-dataset", "freeze-dataset"] } }, orderBy: { createdAt: "desc" }, select: { id: true }, take: 1 },
} satisfies Prisma.DatasetVersionInclude;

type Included = Prisma.DatasetVersionGetPayload<{ include: typeof include }>;

/** A version as it is shown: with its dataset's name, the newest job that made or froze it, and who made it. */
export type DatasetVersionView = Included & { createdBy: string | null };

export async function findDatasetVersionViews(
  db: Queries,
  query: { where: Prisma.DatasetVersionWhereInput; orderBy?: Prisma.DatasetVersionOrderByWithRelationInput; take?: number },
): Promise<DatasetVersionView[]> {
  const rows = await db.datasetVersion.findMany({ ...query, include });
  const names = await findUserNames(db, { userIds: rows.flatMap(({ createdById }) => createdById ?? []) });
  return rows.map((row) => ({ ...row, createdBy: row.createdById === null ? null : (names.get(row.createdById) ?? null) }));
}
