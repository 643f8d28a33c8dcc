import mime from "mime";
import type { ObjectStore } from "#storage/object-store";

export const downloadSeconds = 3600;
/** A queue of uploads may take its time to reach the last one. */
export const uploadSeconds = 6 * 3600;

const pictures = /\.(jpe?g|png|webp|gif|avif|tiff?)$/i;

export function looksLikePicture(key: string): boolean {
  return pictures.test(key);
}

/**
 * What a browser may show of an object is decided by its name, never by the type somebody stored with it: an HTML or SVG
 * file runs no script in the object store's origin, whatever it says it is. Everything that is no picture is plain text.
 */
export function shownType(key: string): string {
  return looksLikePicture(key) ? (mime.getType(key) ?? "application/octet-stream") : "text/plain; charset=utf-8";
}

export function presignDownload(store: ObjectStore, bucket: string, key: string): Promise<string> {
  return store.presignGet(bucket, key, { expiresInSeconds: downloadSeconds, contentType: shownType(key) });
}

/**
 * Path of a small preview; a page's <img> sends no headers, so the workspace stands in it.
 * @param version of the content: another one makes another address, so the answer may be cached for ever
 * @returns null when the key's ending is not a picture's
 */
export function thumbnailUrl({ workspace, bucket, key, version }: { workspace: string; bucket: string; key: string; version: string }): string | null {
  if (!looksLikePicture(key)) return null;
  const query = new URLSearchParams({ key, etag: version, workspace });
  return `/api/v1/buckets/${encodeURIComponent(bucket)}/thumbnail?${query}`;
}
