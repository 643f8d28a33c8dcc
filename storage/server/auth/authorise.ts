import { includesAccess, type BucketAccess } from "#lib/domain/bucket-access";
import { S3Error } from "../errors";
import type { AccessKey } from "./access-keys";

/** What of a request decides whether a key may make it. */
export type Asked = {
  method: string;
  bucket: string | null;
  key: string | null;
  /** the query's names */
  words: ReadonlySet<string>;
  /** the x-amz-copy-source header */
  copySource: string | undefined;
};

/**
 * Lets a request pass that its key's grants cover, before anything is looked up, so that a refusal says nothing of what
 * is there. Judged by method and place, not by operation: one that is added later is judged by the same rule.
 *
 * - The service: its buckets are listed to every key, each its own (the operation leaves out the others).
 * - Looking (GET, HEAD) at a bucket, its settings, its listings, its uploads, or at an object: read.
 * - Anything else with an object (put, copy to it, all of a multipart upload, tags, delete, also of a version): write.
 * - With a bucket: deleting many of its objects and posting a form into it: write. All else (making it, deleting it, its
 *   settings) is the root key's alone.
 * - What is copied from: read, of its own bucket.
 * @throws S3Error AccessDenied
 */
export function authorise(key: AccessKey, asked: Asked): void {
  if (key.grants === null) return;
  const needs = needed(asked);
  const source = asked.copySource === undefined ? null : sourceBucket(asked.copySource);
  if (needs === "root" || (needs && !grants(key, asked.bucket, needs)) || (source !== null && !grants(key, source, "read"))) throw new S3Error("AccessDenied");
}

/** May this key know of the bucket? */
export function sees(key: AccessKey, bucket: string): boolean {
  return key.grants === null || grants(key, bucket, "read");
}

function grants(key: AccessKey, bucket: string | null, needs: BucketAccess): boolean {
  const has = bucket === null ? undefined : key.grants?.get(bucket);
  return has !== undefined && includesAccess(has, needs);
}

function needed({ method, bucket, key, words }: Asked): BucketAccess | "root" | null {
  const looks = method === "GET" || method === "HEAD";
  if (bucket === null) return looks ? null : "root";
  if (looks) return "read";
  if (key !== null) return "write";
  const posted = method === "POST" && [...words].every((word) => word === "delete" || /^x-/i.test(word));
  return posted ? "write" : "root";
}

/** As the copy will read it; what it cannot read there is refused here. */
function sourceBucket(header: string): string {
  try {
    return decodeURIComponent(header.replace(/^\//, "")).split("/", 1)[0]!;
  } catch (cause) {
    throw new S3Error("InvalidArgument", "x-amz-copy-source must be an encoded BUCKET/KEY.", {}, { cause });
  }
}
