import type { EndpointView } from "#lib/data/endpoint-view";
import { endpointStatus, type DeploymentStatus } from "#lib/domain/deployment";
import type { Endpoint } from "#lib/protocol/endpoints";
import type { Signature } from "#lib/protocol/models";

export function presentEndpoint(row: EndpointView, { url, workspace }: { url: string; workspace: string }): Endpoint {
  const serving = row.deployments.find(({ status }) => status === "ready") ?? row.deployments[0];
  return {
    endpoint: row.name,
    status: endpointStatus(row.deployments.map(({ status }) => status as DeploymentStatus)),
    url: `${url}/serve/${workspace}/${row.name}`,
    deployments: row.deployments.map((deployment) => ({
      id: deployment.id,
      model: `${deployment.modelVersion.model.name}@${deployment.modelVersion.version}`,
      trafficPercent: deployment.trafficPercent,
      status: deployment.status as DeploymentStatus,
      runner: deployment.runner,
      error: deployment.error as Endpoint["deployments"][number]["error"],
      createdAtMs: deployment.createdAt.getTime(),
    })),
    labels: serving ? (serving.modelVersion.signature as Signature).labels : [],
    createdAtMs: row.createdAt.getTime(),
  };
}
