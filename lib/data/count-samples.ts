import type { Database } from "./database";
import { sampleWhere, type SampleFilter } from "./sample-filter";

/** How many samples a filter lets through, by review state. */
export async function countSamples(
  db: Database,
  { datasetVersionId, filter }: { datasetVersionId: string; filter: SampleFilter },
): Promise<Record<string, number>> {
  const rows = await db.$queryRaw<{ state: string; count: bigint }[]>`
    SELECT s."state", count(*) AS "count" FROM "sample" AS s WHERE ${sampleWhere(datasetVersionId, filter)} GROUP BY s."state"`;
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}
