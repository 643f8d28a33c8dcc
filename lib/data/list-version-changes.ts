import type { Database } from "./database";

type Side = { label: string | null; split: string | null; sha256: string };
export type VersionChangeRow = { position: number; kind: string; key: string; before: Side | null; after: Side | null };

/** In the order of keys. @param after the last position seen; -1 is before the first. @param search in the key, without case */
export async function listVersionChanges(
  db: Database,
  options: { diffId: string; fromId: string; toId: string; after: number; limit: number; kind?: string; search?: string },
): Promise<VersionChangeRow[]> {
  const { diffId, fromId, toId, after, limit, kind, search } = options;
  const rows = await db.versionChange.findMany({
    where: { diffId, position: { gt: after }, ...(kind === undefined ? {} : { kind }), ...(search ? { key: { contains: search, mode: "insensitive" as const } } : {}) },
    orderBy: { position: "asc" },
    take: limit,
  });
  const [befores, afters] = await Promise.all([
    sides(db, fromId, rows.map(({ beforeIndex }) => beforeIndex)),
    sides(db, toId, rows.map(({ afterIndex }) => afterIndex)),
  ]);
  return rows.map(({ position, kind: what, key, beforeIndex, afterIndex }) => ({
    position, kind: what, key,
    before: beforeIndex === null ? null : (befores.get(beforeIndex) ?? null),
    after: afterIndex === null ? null : (afters.get(afterIndex) ?? null),
  }));
}

async function sides(db: Database, datasetVersionId: string, indexes: (number | null)[]): Promise<Map<number, Side>> {
  const wanted = indexes.filter((index) => index !== null);
  if (wanted.length === 0) return new Map();
  const rows = await db.sample.findMany({
    where: { datasetVersionId, index: { in: wanted } }, select: { index: true, label: true, split: true, sha256: true },
  });
  return new Map(rows.map(({ index, ...side }) => [index, side]));
}
