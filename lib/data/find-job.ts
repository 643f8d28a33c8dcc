import { notFound } from "#lib/domain/errors";
import type { Database } from "./database";
import { findJobViews, type JobView } from "./job-view";

/** @throws LatheError 404 when it is not this workspace's */
export async function findJob(db: Database, { jobId, workspaceId }: { jobId: string; workspaceId: string }): Promise<JobView> {
  const [view] = await findJobViews(db, { where: { id: jobId, workspaceId } });
  if (!view) throw notFound("job", jobId);
  return view;
}

/** Whatever workspace it is in: for telling that workspace's pages. */
export async function findAnyJob(db: Database, { jobId }: { jobId: string }): Promise<JobView | null> {
  const [view] = await findJobViews(db, { where: { id: jobId } });
  return view ?? null;
}
