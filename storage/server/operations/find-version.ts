import type { Bucket } from "../disk/bucket";
import { versionIdOf } from "../disk/version-id";
import type { ObjectEntry, Version } from "../entries";
import { S3Error } from "../errors";
import { checkVersionId } from "./delete";

export type Found = { version: Version; entry: ObjectEntry };

/**
 * The object that a request reads: the current one, or the version it names.
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker that is named, ObjectDamaged
 */
export function findVersion(bucket: Bucket, key: string, id: string | undefined): Found {
  if (id !== undefined) checkVersionId(id);
  const version = id === undefined ? bucket.head(key) : bucket.version(key, id);
  if (!version) throw new S3Error(id === undefined ? "NoSuchKey" : "NoSuchVersion");
  const { content: entry } = version;
  if (!entry) {
    const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": versionIdOf(version) };
    if (id === undefined) throw new S3Error("NoSuchKey", undefined, headers);
    throw new S3Error("MethodNotAllowed", "This version is a delete marker: it can only be deleted.", {
      ...headers,
      allow: "DELETE",
      "last-modified": new Date(version.modifiedAtMs).toUTCString(),
    });
  }
  return { version, entry };
}

/** @throws S3Error ObjectDamaged: what a scrub set aside is never sent as if it were what was stored */
export function refuseDamaged({ damaged }: ObjectEntry): void {
  if (damaged) throw new S3Error("ObjectDamaged", `The stored bytes are no longer those that were uploaded (${damaged}). Upload the object again, or put its bytes back from a backup.`);
}

/** Only where versions are or were kept. */
export function versionHeaders(bucket: Bucket, version: Parameters<typeof versionIdOf>[0]): Record<string, string> {
  return bucket.config.versioning ? { "x-amz-version-id": versionIdOf(version) } : {};
}
