import { LatheError } from "#lib/domain/errors";
import type { Database } from "./database";
import type { BucketRow } from "./rows";

/**
 * Says whose a bucket is, before the store makes it. Having it already in the same workspace is not an error.
 * @throws LatheError `bucket_exists` when the name is another workspace's
 */
export async function createBucket(db: Database, { bucket, workspaceId }: { bucket: string; workspaceId: string }): Promise<BucketRow> {
  await db.bucket.createMany({ data: [{ name: bucket, workspaceId }], skipDuplicates: true });
  const row = await db.bucket.findUnique({ where: { name: bucket } });
  if (row?.workspaceId === workspaceId) return row;
  throw new LatheError({
    code: "bucket_exists",
    message: `The bucket name "${bucket}" is taken.`,
    nextStep: "Bucket names are shared by all workspaces, as in S3: choose another one.",
    status: 409,
  });
}
