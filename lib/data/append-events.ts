import type { Database } from "./database";

export type NewEvent = { seq: number; atMs: number; body: { kind: string } };

export type AppendedEvents = {
  /** the last seq stored of this attempt; a writer that is ahead of it sends again from `seq + 1` */
  seq: number;
  /** the attempt is no longer the job's: nothing was stored, and nothing of it ever will be */
  fenced: boolean;
  workspaceId: string | null;
  /** those of the batch that were not stored before */
  stored: NewEvent[];
};

/**
 * Stores a batch of an attempt's events. A batch sent twice is stored once; one that would leave a gap is not stored.
 * @param events consecutive, oldest first
 */
export async function appendEvents(
  db: Database,
  { jobId, attempt, events }: { jobId: string; attempt: number; events: readonly NewEvent[] },
): Promise<AppendedEvents> {
  return db.$transaction(async (tx) => {
    // Shared lock: the attempt cannot be given away between this look and the insert.
    const [job] = await tx.$queryRaw<{ attempt: number; workspaceId: string }[]>`
      SELECT "attempt", "workspaceId" FROM "job" WHERE "id" = ${jobId} FOR SHARE`;
    if (!job || job.attempt !== attempt) return { seq: 0, fenced: true, workspaceId: job?.workspaceId ?? null, stored: [] };
    const last = await tx.jobEvent.aggregate({ where: { jobId, attempt }, _max: { seq: true } });
    const seq = last._max.seq ?? 0;
    const fresh = events.filter((event) => event.seq > seq);
    const contiguous = fresh.every((event, i) => event.seq === seq + 1 + i);
    if (fresh.length === 0 || !contiguous) return { seq, fenced: false, workspaceId: job.workspaceId, stored: [] };
    const { count } = await tx.jobEvent.createMany({
      data: fresh.map((event) => ({ jobId, attempt, seq: event.seq, kind: event.body.kind, atMs: BigInt(event.atMs), body: event.body })),
      skipDuplicates: true,
    });
    const end = seq + fresh.length;
    // Another connection stored some of them in between; it announces those it stored, and a page drops what it has seen.
    return { seq: end, fenced: false, workspaceId: job.workspaceId, stored: count > 0 ? fresh : [] };
  });
}
