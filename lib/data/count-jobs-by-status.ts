import type { Database } from "./database";

/** Of all workspaces, for the metrics page. */
export async function countJobsByStatus(db: Database): Promise<Record<string, number>> {
  const groups = await db.job.groupBy({ by: ["status"], _count: { _all: true } });
  return Object.fromEntries(groups.map(({ status, _count }) => [status, _count._all]));
}
