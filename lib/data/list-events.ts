import type { Database } from "./database";

export type StoredEvent = { attempt: number; seq: number; atMs: number; body: unknown };

/**
 * A job's events after a cursor, oldest first.
 * @param after {attempt: 0, seq: 0} is before the first
 */
export async function listEvents(
  db: Database,
  options: { jobId: string; after: { attempt: number; seq: number }; limit: number; kind?: "log" | "metric" },
): Promise<StoredEvent[]> {
  const { jobId, after, limit, kind } = options;
  const rows = await db.jobEvent.findMany({
    where: {
      jobId,
      ...(kind ? { kind } : {}),
      OR: [{ attempt: after.attempt, seq: { gt: after.seq } }, { attempt: { gt: after.attempt } }],
    },
    orderBy: [{ attempt: "asc" }, { seq: "asc" }],
    take: limit,
  });
  return rows.map(({ attempt, seq, atMs, body }) => ({ attempt, seq, atMs: Number(atMs), body }));
}
