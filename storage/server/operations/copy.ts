import { createHash } from "node:crypto";
import type { Blob, ObjectEntry, ObjectWords } from "../entries";
import { S3Error } from "../errors";
import { maxKeyBytes, type S3Request } from "../request";
import type { StoreFolder } from "../disk/store";
import { readBytes } from "../send";
import { xmlDocument } from "../xml";
import { checkRead, checkWrite } from "./conditions";
import type { AtObject, Operation } from "./context";
import { isoTime } from "./listing";
import { commitObject } from "./objects";
import { wordsOf } from "./words";

/** The object a copy reads from. @throws S3Error when it is not there or not as the request's conditions demand */
export function sourceOf(store: StoreFolder, request: S3Request): { entry: ObjectEntry; same(bucket: string, key: string): boolean } {
  const header = request.header("x-amz-copy-source") ?? "";
  let text: string;
  try {
    text = decodeURIComponent(header.replace(/^\//, "").replace(/\?versionId=null$/, ""));
  } catch (cause) {
    throw new S3Error("InvalidArgument", "x-amz-copy-source must be an encoded BUCKET/KEY.", {}, { cause });
  }
  if (/\?versionId=/.test(header) && !/\?versionId=null$/.test(header)) throw new S3Error("NotImplemented", "This object store keeps no versions.");
  const slash = text.indexOf("/");
  const [bucket, key] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || key === "" || Buffer.byteLength(key) > maxKeyBytes) throw new S3Error("InvalidArgument", "x-amz-copy-source must be an encoded BUCKET/KEY.");
  const entry = store.bucket(bucket).objects.get(key);
  if (!entry) throw new S3Error("NoSuchKey", "There is no such object to copy from.");
  checkRead(request, entry, "x-amz-copy-source-");
  return { entry, same: (otherBucket, otherKey) => bucket === otherBucket && key === otherKey };
}

export const copyObject: Operation<AtObject> = async ({ store, now }, request, { bucket, key }) => {
  const target = store.bucket(bucket);
  const source = sourceOf(store, request);
  const replace = directive(request) === "REPLACE";
  if (!replace && source.same(bucket, key)) throw new S3Error("InvalidRequest", "Copying an object onto itself needs x-amz-metadata-directive: REPLACE.");
  checkWrite(request, target.objects.get(key));
  const words: ObjectWords = replace ? wordsOf(request) : { headers: source.entry.headers, metadata: source.entry.metadata };
  const blobs = await duplicate(store, source.entry.blobs);
  const { sizeBytes, etag, checksum } = source.entry;
  const entry: ObjectEntry = { ...words, sizeBytes, etag, checksum, modifiedAtMs: now(), blobs };
  try {
    await commitObject({ store }, request, bucket, key, entry);
  } catch (error) {
    await store.blobs.remove(blobs.map((b) => b.id));
    throw error;
  }
  return { status: 200, body: xmlDocument("CopyObjectResult", { LastModified: isoTime(entry.modifiedAtMs), ETag: `"${etag}"` }) };
};

async function duplicate(store: StoreFolder, blobs: readonly Blob[]): Promise<Blob[]> {
  const held = store.blobs.hold(blobs);
  const copies: Blob[] = [];
  try {
    for (const blob of blobs) copies.push(await store.blobs.duplicate(blob));
    return copies;
  } catch (error) {
    await store.blobs.remove(copies.map((b) => b.id));
    throw error;
  } finally {
    held.release();
  }
}

/** Bytes of an object as one new file with their MD5: a part of an upload. Both ends included. */
export async function extract(store: StoreFolder, entry: ObjectEntry, first: number, last: number): Promise<{ blob: Blob; md5: string }> {
  const held = store.blobs.hold(entry.blobs);
  const md5 = createHash("md5");
  try {
    const writer = await store.blobs.create();
    try {
      for await (const bytes of readBytes(store.blobs, { blobs: entry.blobs, first, last })) {
        md5.update(bytes);
        await writer.write(bytes);
      }
      return { blob: await writer.commit(), md5: md5.digest("hex") };
    } catch (error) {
      await writer.discard();
      throw error;
    }
  } finally {
    held.release();
  }
}

function directive(request: S3Request): "COPY" | "REPLACE" {
  const text = request.header("x-amz-metadata-directive") ?? "COPY";
  if (text !== "COPY" && text !== "REPLACE") throw new S3Error("InvalidArgument", "x-amz-metadata-directive must be COPY or REPLACE.");
  return text;
}
