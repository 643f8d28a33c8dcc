import type { DatasetVersionView } from "#lib/data/dataset-version-view";
import type { DatasetVersion } from "#lib/protocol/datasets";

export function presentDatasetVersion(row: DatasetVersionView): DatasetVersion {
  return {
    dataset: row.dataset.name,
    version: row.version,
    status: row.status as DatasetVersion["status"],
    name: row.name,
    publishedAtMs: row.publishedAt?.getTime() ?? null,
    base: row.baseVersion,
    format: row.format as DatasetVersion["format"],
    bucket: row.bucket,
    prefix: row.prefix,
    digest: row.digest,
    samples: row.sampleCount,
    unlabelled: row.unlabelledCount,
    rejected: row.rejectedCount,
    sizeBytes: Number(row.sizeBytes),
    labels: row.labels as DatasetVersion["labels"],
    findings: row.findings as DatasetVersion["findings"],
    duplicates: row.duplicates as DatasetVersion["duplicates"],
    splitOptions: row.splitOptions as DatasetVersion["splitOptions"],
    draftRevision: row.draftRevision,
    error: row.error as DatasetVersion["error"],
    job: row.jobs[0]?.id ?? null,
    createdBy: row.createdBy,
    createdAtMs: row.createdAt.getTime(),
  };
}
