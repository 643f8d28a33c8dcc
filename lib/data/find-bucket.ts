import { notFound } from "#lib/domain/errors";
import type { Queries } from "./database";
import type { BucketRow } from "./rows";

/** @throws LatheError 404 when it is not this workspace's */
export async function findBucket(db: Queries, { bucket, workspaceId }: { bucket: string; workspaceId: string }): Promise<BucketRow> {
  const row = await db.bucket.findFirst({ where: { name: bucket, workspaceId } });
  if (!row) throw notFound("bucket", bucket);
  return row;
}
