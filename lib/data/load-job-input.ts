import type { Database } from "./database";
import type { JobKind } from "#lib/domain/job";

export type JobInput = {
  jobId: string;
  attempt: number;
  kind: JobKind;
  name: string;
  workspaceId: string;
  workspaceSlug: string;
  /** as the API took it: protocol AutoLearnRequest for auto-learn */
  params: unknown;
  createdById: string | null;
  datasetVersion: {
    id: string;
    dataset: string;
    version: number;
    status: string;
    bucket: string;
    prefix: string;
    digest: string | null;
    sampleCount: number;
    sizeBytes: number;
    labels: string[];
    format: string;
    /** the version it is made from */
    base: { id: string; version: number; status: string; digest: string | null } | null;
  } | null;
};

/** All that an executor needs to know of a job. @returns null when the job is gone */
export async function loadJobInput(db: Database, { jobId }: { jobId: string }): Promise<JobInput | null> {
  const row = await db.job.findUnique({
    where: { id: jobId },
    include: { workspace: { select: { slug: true } }, datasetVersion: { include: { dataset: { select: { name: true } } } } },
  });
  if (!row) return null;
  const version = row.datasetVersion;
  const base =
    version && version.baseVersion !== null
      ? await db.datasetVersion.findUnique({
          where: { datasetId_version: { datasetId: version.datasetId, version: version.baseVersion } },
          select: { id: true, version: true, status: true, digest: true },
        })
      : null;
  return {
    jobId: row.id,
    attempt: row.attempt,
    kind: row.kind as JobKind,
    name: row.name,
    workspaceId: row.workspaceId,
    workspaceSlug: row.workspace.slug,
    params: row.params,
    createdById: row.createdById,
    datasetVersion: version && {
      id: version.id,
      dataset: version.dataset.name,
      version: version.version,
      status: version.status,
      bucket: version.bucket,
      prefix: version.prefix,
      digest: version.digest,
      sampleCount: version.sampleCount,
      sizeBytes: Number(version.sizeBytes),
      labels: (version.labels as { label: string }[]).map(({ label }) => label),
      format: version.format,
      base,
    },
  };
}
