import { deleteEndpoint } from "#lib/data/delete-endpoint";
import { deployEndpoint } from "#lib/data/deploy-endpoint";
import { findEndpoint } from "#lib/data/find-endpoint";
import { findModelVersion } from "#lib/data/find-model-version";
import { listEndpoints } from "#lib/data/list-endpoints";
import { stopEndpoint } from "#lib/data/stop-endpoint";
import { parseVersioned } from "#lib/domain/names";
import type { Endpoint, endpointOperations } from "#lib/protocol/endpoints";
import type { Call, Handlers } from "./call";
import { ok } from "./ok";
import { presentEndpoint } from "./present-endpoint";

export const endpointHandlers: Handlers<keyof typeof endpointOperations> = {
  async "endpoint.list"(call) {
    const rows = await listEndpoints(call.services.db, call.access.workspace);
    return rows.map((row) => presentEndpoint(row, place(call)));
  },

  "endpoint.show": (call, { endpoint }) => show(call, endpoint),

  async "endpoint.deploy"(call, { endpoint, model, trafficPercent }) {
    const { services, access } = call;
    const { workspaceId } = access.workspace;
    const { name, version } = parseVersioned(model);
    const row = await findModelVersion(services.db, { workspaceId, model: name, version });
    await deployEndpoint(services.db, { workspaceId, endpoint, modelVersionId: row.id, trafficPercent });
    services.runners.wakeAll();
    services.live.changed(workspaceId, "endpoint", endpoint);
    return show(call, endpoint);
  },

  async "endpoint.stop"(call, { endpoint }) {
    const { services, access } = call;
    const { workspaceId } = access.workspace;
    await stopEndpoint(services.db, { workspaceId, endpoint });
    services.runners.wakeAll();
    services.live.changed(workspaceId, "endpoint", endpoint);
    return show(call, endpoint);
  },

  async "endpoint.delete"({ services, access }, { endpoint }) {
    const { workspaceId } = access.workspace;
    await deleteEndpoint(services.db, { workspaceId, endpoint });
    services.runners.wakeAll();
    services.live.changed(workspaceId, "endpoint", endpoint);
    return ok;
  },
};

async function show(call: Call, endpoint: string): Promise<Endpoint> {
  const row = await findEndpoint(call.services.db, { workspaceId: call.access.workspace.workspaceId, endpoint });
  return presentEndpoint(row, place(call));
}

function place({ services, access }: Call): { url: string; workspace: string } {
  return { url: services.config.url, workspace: access.workspace.slug };
}
