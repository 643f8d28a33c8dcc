import type { Database } from "./database";
import { findEndpointViews, type EndpointView } from "./endpoint-view";

export async function listEndpoints(db: Database, { workspaceId }: { workspaceId: string }): Promise<EndpointView[]> {
  return findEndpointViews(db, { workspaceId });
}
