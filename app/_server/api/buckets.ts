import { createBucket } from "#lib/data/create-bucket";
import { deleteBucket } from "#lib/data/delete-bucket";
import { findBucket } from "#lib/data/find-bucket";
import { listBuckets } from "#lib/data/list-buckets";
import { LatheError } from "#lib/domain/errors";
import type { bucketOperations, ObjectListing, PresignedUpload, StoredObject } from "#lib/protocol/buckets";
import { validateBucketName, validateObjectKey } from "#storage/keys";
import type { ListedObject, ObjectStore } from "#storage/object-store";
import { claimStoredBucket } from "../claim-stored-bucket";
import { lookUp } from "../look-up";
import { downloadSeconds, presignDownload, thumbnailUrl, uploadSeconds } from "../object-urls";
import type { Call, Handlers } from "./call";
import { ok } from "./ok";

export const bucketHandlers: Handlers<keyof typeof bucketOperations> = {
  async "bucket.list"({ services, access }) {
    const rows = await listBuckets(services.db, access.workspace);
    return Promise.all(
      rows.map(async ({ name, createdAt }) => ({ bucket: name, ...(await services.bucketSizes.of(name)), createdAtMs: createdAt.getTime() })),
    );
  },

  async "bucket.create"({ services, access }, { bucket }) {
    validateBucketName(bucket);
    const { workspaceId } = access.workspace;
    const had = (await listBuckets(services.db, { workspaceId })).some(({ name }) => name === bucket);
    await createBucket(services.db, { bucket, workspaceId });
    try {
      await claimStoredBucket(services.store, bucket, had);
    } catch (error) {
      if (!had) await deleteBucket(services.db, { bucket, workspaceId });
      throw error;
    }
    services.bucketSizes.forget(bucket);
    services.live.changed(workspaceId, "bucket", bucket);
    return { bucket };
  },

  async "bucket.delete"({ services, access }, { bucket }) {
    const { workspaceId } = access.workspace;
    await findBucket(services.db, { bucket, workspaceId });
    await emptyAndDelete(services.store, bucket);
    // Before its name is free for another workspace, no key may reach it any more.
    await services.s3Keys.change((tx) => deleteBucket(tx, { bucket, workspaceId }));
    services.bucketSizes.forget(bucket);
    services.live.changed(workspaceId, "bucket", bucket);
    return ok;
  },

  async "object.list"(call, { bucket, prefix, flat, cursor, limit }): Promise<ObjectListing> {
    const { services, access } = call;
    await findBucket(services.db, { bucket, workspaceId: access.workspace.workspaceId });
    const delimiter = flat === "true" ? undefined : "/";
    const listed = await services.store.listPage(bucket, { prefix, delimiter, cursor, limit: limit ?? 200 });
    return {
      folders: listed.prefixes,
      objects: await Promise.all(listed.objects.map((object) => presentObject(call, bucket, object))),
      nextCursor: listed.nextCursor,
    };
  },

  async "object.presign-uploads"({ services, access }, { bucket, files, compare }) {
    await findBucket(services.db, { bucket, workspaceId: access.workspace.workspaceId });
    services.bucketSizes.forget(bucket);
    const existing = compare ? await lookUp(services.store, bucket, files.map(({ key }) => key)) : new Map<string, ListedObject>();
    return Promise.all(files.map(async (file) => ({ ...(await presignUpload(services.store, bucket, file)), existing: existingOf(existing.get(file.key)) })));
  },

  async "object.presign-downloads"({ services, access }, { bucket, keys }) {
    await findBucket(services.db, { bucket, workspaceId: access.workspace.workspaceId });
    return Promise.all(
      keys.map(async (key) => ({
        key,
        url: await services.store.presignGet(bucket, key, { expiresInSeconds: downloadSeconds, downloadName: key.split("/").pop() || key }),
      })),
    );
  },

  async "object.delete"({ services, access }, input) {
    const { bucket } = input;
    const { workspaceId } = access.workspace;
    await findBucket(services.db, { bucket, workspaceId });
    const deleted = await deleteObjects(services.store, bucket, "keys" in input ? input.keys : keysUnder(services.store, bucket, input.prefix));
    services.bucketSizes.forget(bucket);
    services.live.changed(workspaceId, "bucket", bucket);
    return { deleted };
  },
};

async function presentObject({ services, access }: Call, bucket: string, object: ListedObject): Promise<StoredObject> {
  const { key, sizeBytes, modifiedAtMs, etag } = object;
  return {
    key, sizeBytes, modifiedAtMs, etag,
    url: await presignDownload(services.store, bucket, key),
    thumbnailUrl: thumbnailUrl({ workspace: access.workspace.slug, bucket, key, version: etag }),
  };
}

function existingOf(object: ListedObject | undefined): PresignedUpload["existing"] {
  return object ? { sizeBytes: object.sizeBytes, etag: object.etag } : null;
}

async function presignUpload(
  store: ObjectStore,
  bucket: string,
  { key, sizeBytes, contentType }: { key: string; sizeBytes: number; contentType?: string },
): Promise<Omit<PresignedUpload, "existing">> {
  try {
    validateObjectKey(key);
    return { key, ...(await store.presignPut(bucket, key, { expiresInSeconds: uploadSeconds, sizeBytes, contentType })), reason: null };
  } catch (error) {
    if (!(error instanceof LatheError) || error.status >= 500) throw error;
    return { key, url: null, headers: {}, reason: `${error.message} ${error.nextStep}` };
  }
}

async function emptyAndDelete(store: ObjectStore, bucket: string): Promise<void> {
  try {
    await deleteObjects(store, bucket, keysUnder(store, bucket, ""));
    await store.deleteBucket(bucket);
  } catch (error) {
    // It was deleted in the store itself, or by a call that broke off before its row went.
    if (!(error instanceof LatheError && error.code === "bucket_not_found")) throw error;
  }
}

async function* keysUnder(store: ObjectStore, bucket: string, prefix: string): AsyncIterable<string> {
  for await (const { key } of store.list(bucket, { prefix })) yield key;
}

/** @returns how many were asked for and are gone. @throws LatheError `objects_not_deleted` naming the first that stayed */
async function deleteObjects(store: ObjectStore, bucket: string, keys: Iterable<string> | AsyncIterable<string>): Promise<number> {
  let asked = 0;
  async function* counted() {
    for await (const key of keys) {
      asked++;
      yield key;
    }
  }
  const failures = await store.deleteMany(bucket, counted());
  if (failures.length === 0) return asked;
  throw new LatheError({
    code: "objects_not_deleted",
    message: `${failures.length} of ${asked} objects could not be deleted; the first is "${failures[0]!.key}": ${failures[0]!.reason}.`,
    nextStep: "The others are gone. Try again for these.",
    status: 502,
  });
}
