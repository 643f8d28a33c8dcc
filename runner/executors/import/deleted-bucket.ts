import { LatheError } from "#lib/domain/errors";

export function bucketIfDeleted(error: unknown, bucket: string): unknown {
  return error instanceof LatheError && error.code === "bucket_not_found" ? deletedBucket(bucket, error) : error;
}

export function deletedBucket(bucket: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "bucket_deleted",
    message: `The bucket "${bucket}" was deleted while the job read from it.`,
    nextStep: "Make the bucket again, upload the pictures and start over; nothing was kept of this attempt.",
    status: 409,
    cause,
  });
}
