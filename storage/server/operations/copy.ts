import { createHash } from "node:crypto";
import { namedAlgorithm, runningChecksum, type RunningDigest } from "../body/checksum";
import type { Blob, Checksum, ChecksumAlgorithm, ObjectEntry, ObjectWords } from "../entries";
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
  const algorithm = namedAlgorithm(request.header("x-amz-checksum-algorithm"));
  const source = sourceOf(store, request);
  const replace = directive(request, "x-amz-metadata-directive") === "REPLACE";
  const retag = directive(request, "x-amz-tagging-directive") === "REPLACE";
  if (!replace && source.same(bucket, key)) throw new S3Error("InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
  checkWrite(request, () => target.objects.get(key));
  const words: ObjectWords = replace ? wordsOf(request) : { headers: source.entry.headers, metadata: source.entry.metadata };
  await store.requireRoom(0);
  const checksum = await checksumOf(store, source.entry, algorithm);
  const { blobs, body } = await duplicate(store, source.entry.blobs);
  const { sizeBytes, etag } = source.entry;
  const tags = retag ? parseTaggingHeader(request.header("x-amz-tagging") ?? "") : source.entry.tags;
  const entry: ObjectEntry = { ...words, tags, sizeBytes, etag, checksum, modifiedAtMs: now(), blobs };
  try {
    const version = await commitObject({ store }, request, bucket, key, entry, body);
    return {
      status: 200,
      headers: { ...source.headers, ...versionHeaders(target, version) },
      body: xmlDocument("CopyObjectResult", { LastModified: isoTime(entry.modifiedAtMs), ETag: `"${etag}"`, ...checksumWords(checksum) }),
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

/** The copy's checksum: its source's, unless the client names another algorithm. */
async function checksumOf(store: StoreFolder, entry: ObjectEntry, algorithm: ChecksumAlgorithm | undefined): Promise<Checksum | undefined> {
  if (algorithm === undefined || algorithm === entry.checksum?.algorithm) return entry.checksum;
  const held = store.blobs.hold(entry.blobs);
  try {
    const running = runningChecksum(algorithm);
    for await (const bytes of readBytes(store.blobs, { blobs: entry.blobs, first: 0, last: entry.sizeBytes - 1 })) running.update(bytes);
    return { algorithm, type: "FULL_OBJECT", value: running.digest().toString("base64") };
  } finally {
    held.release();
  }
}

/** A checksum as results of copies and uploads name it. */
export function checksumWords(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};
}

/**
 * Bytes of an object as one new file with their MD5: a part of an upload. Both ends included.
 * @param running is fed the bytes too
 */
export async function extract(store: StoreFolder, entry: ObjectEntry, first: number, last: number, running: RunningDigest | null): Promise<{ blob: Blob; md5: string }> {
  const held = store.blobs.hold(entry.blobs);
  const md5 = createHash("md5");
  try {
    const writer = await store.blobs.create();
    try {
      for await (const bytes of readBytes(store.blobs, { blobs: entry.blobs, first, last })) {
        md5.update(bytes);
        running?.update(bytes);
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
  if (text !== "COPY" && text !== "REPLACE") throw new S3Error("InvalidArgument", name === "x-amz-metadata-directive" ? "Unknown metadata directive." : "Unknown tagging directive.");
  return text;
}
