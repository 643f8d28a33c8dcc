import { LatheError } from "#lib/domain/errors";
import type { BucketAccess } from "#lib/domain/bucket-access";
import type { Queries } from "./database";
import { findBucket } from "./find-bucket";

const mostInWorkspace = 200;

/** @throws LatheError `bucket_not_found` for a bucket that is not this workspace's, `too_many_s3_keys`, `bucket_twice` */
export async function createS3Key(
  db: Queries,
  key: { accessKeyId: string; workspaceId: string; createdById: string; label: string; grants: readonly { bucket: string; access: BucketAccess }[]; expiresAt: Date | null },
): Promise<void> {
  const { accessKeyId, workspaceId, createdById, label, grants, expiresAt } = key;
  const twice = grants.find(({ bucket }, i) => grants.findIndex((other) => other.bucket === bucket) < i);
  if (twice) {
    throw new LatheError({ code: "bucket_twice", message: `The bucket "${twice.bucket}" stands there twice.`, nextStep: "Name it once, with read or write." });
  }
  for (const { bucket } of grants) await findBucket(db, { bucket, workspaceId });
  if ((await db.s3AccessKey.count({ where: { workspaceId } })) >= mostInWorkspace) {
    throw new LatheError({
      code: "too_many_s3_keys",
      message: `The workspace has ${mostInWorkspace} S3 access keys, which is the most it can have.`,
      nextStep: "Revoke those that are not used any more.",
      status: 409,
    });
  }
  await db.s3AccessKey.create({
    data: { id: accessKeyId, workspaceId, createdById, label, expiresAt, grants: { create: grants.map(({ bucket, access }) => ({ bucketName: bucket, access })) } },
  });
}
