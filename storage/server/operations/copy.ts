import { createHash } from "node:crypto";
import type { Blob, ObjectEntry, ObjectWords } from "../entries";
import { S3Error } from "../errors";
import { maxKeyBytes, type S3Request } from "../request";
import type { StoreFolder } from "../disk/store";
import { readBytes } from "../send";
import { xmlDocument } from "../xml";
import type { Bucket } from "../disk/bucket";
import type { Body } from "../disk/journal";
import { placeInSegment } from "../disk/rows";
import { versionIdOf } from "../disk/version-id";
import { checkRead, checkWrite } from "./conditions";
import type { AtObject, Operation } from "./context";
import { findVersion, refuseDamaged, versionHeaders, type Found } from "./find-version";
import { isoTime } from "./listing";
import { commitObject } from "./objects";
import { parseTaggingHeader } from "./tags";
import { wordsOf } from "./words";

/** The object a copy reads from. @throws S3Error when it is not there or not as the request's conditions demand */
export function sourceOf(store: StoreFolder, request: S3Request): Found & { headers: Record<string, string>; same(bucket: string, key: string): boolean } {
  const header = request.header("x-amz-copy-source") ?? "";
  let text: string;
  const [, address = "", id] = /^(.*?)(?:\?versionId=(.*))?$/s.exec(header)!;
  try {
    text = decodeURIComponent(address.replace(/^\//, ""));
  } catch (cause) {
    throw new S3Error("InvalidArgument", "x-amz-copy-source must be an encoded BUCKET/KEY.", {}, { cause });
  }
  const slash = text.indexOf("/");
  const [bucket, key] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || key === "" || Buffer.byteLength(key) > maxKeyBytes) throw new S3Error("InvalidArgument", "x-amz-copy-source must be an encoded BUCKET/KEY.");
  const place = store.bucket(bucket);
  const found = findSource(place, key, id);
  checkRead(request, found.entry, "x-amz-copy-source-");
  refuseDamaged(found.entry);
  const headers: Record<string, string> = place.config.versioning ? { "x-amz-copy-source-version-id": versionIdOf(found.version) } : {};
  return { ...found, headers, same: (otherBucket, otherKey) => id === undefined && bucket === otherBucket && key === otherKey };
}

function findSource(bucket: Bucket, key: string, id: string | undefined): Found {
  try {
    return findVersion(bucket, key, id);
  } catch (error) {
    // What cannot be copied is the request's fault, not the address's.
    if (error instanceof S3Error && error.code === "MethodNotAllowed") throw new S3Error("InvalidRequest", "The source of a copy request may not specifically refer to a delete marker by version id.");
    throw error;
  }
}

export const copyObject: Operation<AtObject> = async ({ store, now }, request, { bucket, key }) => {
  const target = store.bucket(bucket);
  const source = sourceOf(store, request);
  const replace = directive(request, "x-amz-metadata-directive") === "REPLACE";
  const retag = directive(request, "x-amz-tagging-directive") === "REPLACE";
  if (!replace && source.same(bucket, key)) throw new S3Error("InvalidRequest", "Copying an object onto itself needs x-amz-metadata-directive: REPLACE.");
  checkWrite(request, target.objects.get(key));
  const words: ObjectWords = replace ? wordsOf(request) : { headers: source.entry.headers, metadata: source.entry.metadata };
  await store.requireRoom(0);
  const { blobs, body } = await duplicate(store, source.entry.blobs);
  const { sizeBytes, etag, checksum } = source.entry;
  const tags = retag ? parseTaggingHeader(request.header("x-amz-tagging") ?? "") : source.entry.tags;
  const entry: ObjectEntry = { ...words, tags, sizeBytes, etag, checksum, modifiedAtMs: now(), blobs };
  try {
    const version = await commitObject({ store }, request, bucket, key, entry, body);
    return {
      status: 200,
      headers: { ...source.headers, ...versionHeaders(target, version) },
      body: xmlDocument("CopyObjectResult", { LastModified: isoTime(entry.modifiedAtMs), ETag: `"${etag}"` }),
    };
  } catch (error) {
    await store.blobs.remove(filesOf(blobs));
    throw error;
  }
};

/** Files are linked, small bytes written again: those of an object in one piece with the change that refers to them. */
async function duplicate(store: StoreFolder, blobs: readonly Blob[]): Promise<{ blobs: Blob[]; body: Body | null }> {
  const held = store.blobs.hold(blobs);
  const copies: Blob[] = [];
  try {
    const [only] = blobs;
    if (only && blobs.length === 1 && placeInSegment(only.id)) {
      const blob: Blob = { id: "", sizeBytes: only.sizeBytes };
      return { blobs: [blob], body: { blob, bytes: await bytesOf(store, only) } };
    }
    for (const blob of blobs) copies.push(placeInSegment(blob.id) ? await asFile(store, blob) : await store.blobs.duplicate(blob));
    return { blobs: copies, body: null };
  } catch (error) {
    await store.blobs.remove(filesOf(copies));
    throw error;
  } finally {
    held.release();
  }
}

async function bytesOf(store: StoreFolder, blob: Blob): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readBytes(store.blobs, { blobs: [blob], first: 0, last: blob.sizeBytes - 1 })) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function asFile(store: StoreFolder, blob: Blob): Promise<Blob> {
  const writer = await store.blobs.create();
  try {
    await writer.write(await bytesOf(store, blob));
    return await writer.commit();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

function filesOf(blobs: readonly Blob[]): string[] {
  return blobs.map(({ id }) => id).filter((id) => id !== "" && !placeInSegment(id));
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

function directive(request: S3Request, name: "x-amz-metadata-directive" | "x-amz-tagging-directive"): "COPY" | "REPLACE" {
  const text = request.header(name) ?? "COPY";
  if (text !== "COPY" && text !== "REPLACE") throw new S3Error("InvalidArgument", `${name} must be COPY or REPLACE.`);
  return text;
}
