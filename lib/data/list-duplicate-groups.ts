import type { Database } from "./database";
import type { DuplicateGroupRow, SampleRow } from "./rows";

/** Of a group, so many samples are shown. */
const shownSamples = 12;

export type DuplicateGroupView = DuplicateGroupRow & { samples: SampleRow[] };

/** In the order of their ids, which is that of their first samples. @param after the last id seen; -1 is before the first */
export async function listDuplicateGroups(
  db: Database,
  options: { datasetVersionId: string; after: number; limit: number; kind?: string | undefined; conflicting?: boolean | undefined },
): Promise<DuplicateGroupView[]> {
  const { datasetVersionId, after, limit, kind, conflicting } = options;
  const groups = await db.duplicateGroup.findMany({
    where: { datasetVersionId, id: { gt: after }, ...(kind === undefined ? {} : { kind }), ...(conflicting ? { conflicting } : {}) },
    orderBy: { id: "asc" },
    take: limit,
  });
  const ids = groups.map(({ id }) => id);
  const samples = await db.$queryRaw<SampleRow[]>`
    SELECT s.* FROM unnest(${ids}::int[]) AS g("id")
    CROSS JOIN LATERAL (
      SELECT * FROM "sample" WHERE "datasetVersionId" = ${datasetVersionId} AND "groupId" = g."id" ORDER BY "index" LIMIT ${shownSamples}
    ) AS s`;
  const byGroup = new Map<number, SampleRow[]>(ids.map((id) => [id, []]));
  for (const sample of samples) byGroup.get(sample.groupId!)!.push(sample);
  return groups.map((group) => ({ ...group, samples: byGroup.get(group.id)! }));
}
