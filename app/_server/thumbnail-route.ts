import type { IncomingMessage, ServerResponse } from "node:http";
import { findBucket } from "#lib/data/find-bucket";
import { notFound } from "#lib/domain/errors";
import { authorise } from "./authorise";
import { send } from "./respond";
import type { Services } from "./services";

const path = /^\/api\/v1\/buckets\/([^/]+)\/thumbnail$/;

export function thumbnailBucket(pathname: string): string | null {
  const match = path.exec(pathname);
  try {
    return match && decodeURIComponent(match[1]!);
  } catch {
    return null;
  }
}

/**
 * GET …/thumbnail?key=…&etag=…&workspace=…: a webp of at most 240 px a side. With the object's present etag in the
 * address the answer never changes; with another version's it may.
 */
export async function handleThumbnail(services: Services, request: IncomingMessage, response: ServerResponse, url: URL, bucket: string): Promise<void> {
  const workspace = url.searchParams.get("workspace") ?? undefined;
  const access = await authorise(services, { headers: request.headers, workspace }, "viewer");
  const { workspaceId } = access.workspace;
  await findBucket(services.db, { bucket, workspaceId });
  const key = url.searchParams.get("key");
  if (!key) throw notFound("object", "");
  const { webp, etag } = await services.thumbnails.of({ workspaceId, bucket, key });
  const exact = url.searchParams.get("etag") === etag;
  response.setHeader("cache-control", exact ? "private, max-age=31536000, immutable" : "private, max-age=600");
  response.setHeader("etag", `"${etag}"`);
  send(response, 200, "image/webp", webp);
}
