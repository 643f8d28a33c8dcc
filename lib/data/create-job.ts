import type { JobKind } from "#lib/domain/job";
import { json, type Database } from "./database";
import { newJobId } from "./ids";

/** A queued job; the caller sends it to the queue. @param params protocol AutoLearnRequest for auto-learn */
export async function createJob(
  db: Database,
  options: { workspaceId: string; kind: JobKind; name: string; params: object; datasetVersionId: string | null; createdById: string },
): Promise<{ jobId: string }> {
  const { params, ...rest } = options;
  const jobId = newJobId();
  await db.job.create({ data: { id: jobId, status: "queued", params: json(params), ...rest } });
  return { jobId };
}
