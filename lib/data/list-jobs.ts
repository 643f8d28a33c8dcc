import type { JobKind, JobStatus } from "#lib/domain/job";
import type { Database } from "./database";
import { findJobViews, type JobView } from "./job-view";

/** Newest first. @param before the last one seen */
export async function listJobs(
  db: Database,
  options: {
    workspaceId: string;
    limit: number;
    before?: { createdAt: Date; id: string };
    status?: JobStatus;
    kind?: JobKind;
    search?: string;
  },
): Promise<JobView[]> {
  const { workspaceId, limit, before, status, kind, search } = options;
  return findJobViews(db, {
    where: {
      workspaceId,
      ...(status ? { status } : {}),
      ...(kind ? { kind } : {}),
      AND: [
        before ? { OR: [{ createdAt: { lt: before.createdAt } }, { createdAt: before.createdAt, id: { lt: before.id } }] } : {},
        search ? { OR: [{ name: { contains: search, mode: "insensitive" } }, { id: { contains: search } }] } : {},
      ],
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}
