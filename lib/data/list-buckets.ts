import type { Database } from "./database";
import type { BucketRow } from "./rows";

export async function listBuckets(db: Database, { workspaceId }: { workspaceId: string }): Promise<BucketRow[]> {
  return db.bucket.findMany({ where: { workspaceId }, orderBy: { name: "asc" } });
}
