import { json, type Database } from "./database";

/** @param progress protocol JobProgress. @returns false when the attempt is no longer the job's */
export async function updateJobProgress(
  db: Database,
  { jobId, attempt, progress }: { jobId: string; attempt: number; progress: object },
): Promise<boolean> {
  const { count } = await db.job.updateMany({
    where: { id: jobId, attempt, status: { in: ["running", "stopping"] } },
    data: { progress: json(progress) },
  });
  return count > 0;
}
