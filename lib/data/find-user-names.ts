import type { Queries } from "./database";

/** Names by id; those who are gone are left out. */
export async function findUserNames(db: Queries, { userIds }: { userIds: readonly string[] }): Promise<Map<string, string>> {
  const ids = [...new Set(userIds)];
  const rows = ids.length === 0 ? [] : await db.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
