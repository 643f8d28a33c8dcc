import type { DatasetVersionView } from "#lib/data/dataset-version-view";
import type { DatasetVersion } from "#lib/protocol/datasets";

export function presentDatasetVersion(row: DatasetVersionView): DatasetVersion {
  return {
    dataset: row.dataset.name,
    version: row.version,
    status: row.status as DatasetVersion["status"],
    bucket: row.bucket,
    prefix: row.prefix,
    digest: row.digest,
    samples: row.sampleCount,
    rejected: row.rejectedCount,
    sizeBytes: Number(row.sizeBytes),
    labels: row.labels as DatasetVersion["labels"],
    findings: row.findings as DatasetVersion["findings"],
    error: row.error as DatasetVersion["error"],
    job: row.jobs[0]?.id ?? null,
    createdAtMs: row.createdAt.getTime(),
  };
}
