import { LatheError } from "#lib/domain/errors";
import type { ObjectStore } from "#storage/object-store";

/**
 * Makes the bucket in the store. One that is there already is taken only when nothing is in it: with a store of your
 * own, a bucket that holds something is somebody else's until proven otherwise.
 * @param ours its row was this workspace's before
 * @throws LatheError `bucket_exists`
 */
export async function claimStoredBucket(store: ObjectStore, bucket: string, ours: boolean): Promise<void> {
  try {
    await store.createBucket(bucket);
  } catch (error) {
    if (!(error instanceof LatheError && error.code === "bucket_exists")) throw error;
    if (ours) {
      throw new LatheError({
        code: "bucket_exists",
        message: `This workspace has a bucket "${bucket}" already.`,
        nextStep: "Use it, or choose another name.",
        status: 409,
      });
    }
    const { objects, prefixes } = await store.listPage(bucket, { limit: 1 });
    if (objects.length + prefixes.length === 0) return;
    throw new LatheError({
      code: "bucket_exists",
      message: `The bucket name "${bucket}" is taken in the object store, and there is something in it.`,
      nextStep: "Choose another name.",
      status: 409,
    });
  }
}
