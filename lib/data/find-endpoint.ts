import { notFound } from "#lib/domain/errors";
import type { Database } from "./database";
import { findEndpointViews, type EndpointView } from "./endpoint-view";

/** @throws LatheError 404 when it is not this workspace's */
export async function findEndpoint(db: Database, { workspaceId, endpoint }: { workspaceId: string; endpoint: string }): Promise<EndpointView> {
  const [view] = await findEndpointViews(db, { workspaceId, name: endpoint });
  if (!view) throw notFound("endpoint", endpoint);
  return view;
}
