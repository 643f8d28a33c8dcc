import type { Queries } from "./database";

/** After the store has emptied and removed it. */
export async function deleteBucket(db: Queries, { bucket, workspaceId }: { bucket: string; workspaceId: string }): Promise<void> {
  await db.bucket.deleteMany({ where: { name: bucket, workspaceId } });
}
