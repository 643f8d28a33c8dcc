import type { JobKind } from "#lib/domain/job";
import { movedOn } from "#lib/domain/errors";
import { isForeignKeyViolation } from "./database-error";
import { json, type Database } from "./database";
import { newJobId } from "./ids";

/**
 * A queued job; the caller sends it to the queue.
 * @param params protocol AutoLearnRequest for auto-learn
 * @throws LatheError `moved_on` when the dataset version was deleted meanwhile
 */
export async function createJob(
  db: Database,
  options: { workspaceId: string; kind: JobKind; name: string; params: object; datasetVersionId: string | null; createdById: string },
): Promise<{ jobId: string }> {
  const { params, ...rest } = options;
  const jobId = newJobId();
  try {
    await db.job.create({ data: { id: jobId, status: "queued", params: json(params), ...rest } });
  } catch (error) {
    throw rest.datasetVersionId !== null && isForeignKeyViolation(error) ? movedOn("dataset version", rest.datasetVersionId, ["there"]) : error;
  }
  return { jobId };
}
