import type { StoreFolder } from "../disk/store";
import { parseVersionId, versionIdOf } from "../disk/version-id";
import { S3Error } from "../errors";
import type { Version } from "../entries";
import type { Context } from "./context";

/** What S3 tells of a deletion: the version that went, or the delete marker that came. */
export type Deleted = { versionId?: string; deleteMarker?: boolean };

/** @throws S3Error InvalidArgument for what was never a version's id */
export function checkVersionId(id: string): void {
  if (id !== "null" && parseVersionId(id) === undefined) throw new S3Error("InvalidArgument", "Invalid version id specified");
}

/**
 * Deletes a version for good, or without an id the object: where the bucket keeps versions a delete marker hides it.
 * @param check conditions, asked in the key's turn of what is to go
 */
export function deleteVersion({ store, now }: Pick<Context, "store" | "now">, bucket: string, key: string, id: string | undefined, check: (version: Version | undefined) => void): Promise<Deleted> {
  if (id !== undefined) checkVersionId(id);
  return store.inTurn(bucket, key, async () => {
    const place = store.bucket(bucket);
    const head = place.head(key);
    const keepsVersions = place.config.versioning !== undefined;
    if (id === undefined && keepsVersions) {
      check(head);
      const version = store.nextVersion(bucket);
      await store.commit({ op: "marker", bucket, key, version, atMs: now() });
      return { versionId: versionIdOf(version), deleteMarker: true };
    }
    const version = id === undefined ? head : place.version(key, id);
    check(version);
    if (!version) return id === undefined ? {} : { versionId: id };
    await removeVersion(store, bucket, key, version);
    return id === undefined ? {} : { versionId: id, ...(version.content ? {} : { deleteMarker: true }) };
  });
}

/** In the key's turn. */
export async function removeVersion(store: StoreFolder, bucket: string, key: string, version: Version): Promise<void> {
  const place = store.bucket(bucket);
  let next: number | null = null;
  if (place.head(key)?.seq === version.seq) {
    for await (const older of place.older(key)) {
      next = older.seq;
      break;
    }
  }
  await store.commit({ op: "remove", bucket, key, seq: version.seq, next });
}

export function deletedHeaders({ versionId, deleteMarker }: Deleted): Record<string, string> {
  return { ...(versionId ? { "x-amz-version-id": versionId } : {}), ...(deleteMarker ? { "x-amz-delete-marker": "true" } : {}) };
}
