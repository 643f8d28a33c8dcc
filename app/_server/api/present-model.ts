import type { ModelVersionView } from "#lib/data/model-version-view";
import type { ModelVersion, Signature } from "#lib/protocol/models";

export function presentModelVersion(row: ModelVersionView): ModelVersion {
  const { datasetVersion } = row;
  return {
    model: row.model.name,
    version: row.version,
    preset: row.preset,
    parameterCount: row.parameterCount,
    sizeBytes: Number(row.sizeBytes),
    metrics: row.metrics as ModelVersion["metrics"],
    labels: (row.signature as Signature).labels,
    job: row.jobId,
    dataset: datasetVersion && `${datasetVersion.dataset.name}@${datasetVersion.version}`,
    endpoints: [...new Set(row.deployments.map(({ endpoint }) => endpoint.name))].sort(),
    createdAtMs: row.createdAt.getTime(),
  };
}
