import type { ObjectAddress } from "./object-store";

export const defaultContentType = "application/octet-stream";

export function unquoted(etag: string | undefined): string {
  return (etag ?? "").replace(/^"|"$/g, "");
}

/** `x-amz-copy-source`: bucket and key, encoded but for the slashes. */
export function copySource({ bucket, key }: ObjectAddress): string {
  return `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** Undoes `encoding-type=url`. S3 writes a space as "+", others as "%20"; a plus is "%2B" in both. */
export function decodeListed(text: string): string {
  return decodeURIComponent(text.replaceAll("+", "%20"));
}

/** Whether a key comes through an XML body unharmed: control characters and halves of characters do not. */
export function fitsXml(key: string): boolean {
  return !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(key);
}

/** Saves under any name (RFC 6266): plain ASCII for old clients, UTF-8 for the rest. */
export function contentDisposition(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const full = encodeURIComponent(fileName.replace(/\p{Cs}/gu, "_")).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${full}`;
}

export async function* chunks<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
