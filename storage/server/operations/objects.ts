import { checksumHeaders } from "../body/checksum";
import type { Body } from "../disk/journal";
import type { ObjectEntry, VersionNumber } from "../entries";
import type { Answer, S3Request } from "../request";
import { checkRead, checkWrite, lists } from "./conditions";
import type { AtObject, Context, Operation } from "./context";
import { deletedHeaders, deleteVersion } from "./delete";
import { findVersion, refuseDamaged, versionHeaders } from "./find-version";
import { receive } from "./intake";
import { partOf, partsCount } from "./part-of";
import { parseRange } from "./range";
import { entryHeaders, responseOverrides, wordsOf } from "./words";

export const putObject: Operation<AtObject> = async ({ store, now }, request, { bucket, key }) => {
  const words = wordsOf(request);
  // Asked before the body comes, to spare its sending, and again when it is there.
  const place = store.bucket(bucket);
  checkWrite(request, () => place.objects.get(key));
  const received = await receive(store, request);
  const entry: ObjectEntry = {
    ...words,
    sizeBytes: received.sizeBytes,
    etag: received.md5,
    modifiedAtMs: now(),
    blobs: received.blob ? [received.blob] : [],
    checksum: received.checksum,
  };
  try {
    const version = await commitObject({ store }, request, bucket, key, entry, received.body);
    return { status: 200, headers: { etag: `"${entry.etag}"`, ...checksumHeaders(entry.checksum), ...versionHeaders(store.bucket(bucket), version) } };
  } catch (error) {
    await received.discard();
    throw error;
  }
};

/**
 * Puts an entry under a key, if the request's conditions hold at that very moment.
 * @param body the entry's bytes where they are small
 */
export function commitObject({ store }: Pick<Context, "store">, request: S3Request, bucket: string, key: string, entry: ObjectEntry, body: Body | null = null): Promise<VersionNumber> {
  return store.inTurn(bucket, key, async () => {
    const place = store.bucket(bucket);
    checkWrite(request, () => place.objects.get(key));
    const version = store.nextVersion(bucket);
    await store.commit({ op: "put", bucket, key, version, entry }, body);
    return version;
  });
}

export const getObject: Operation<AtObject> = (context, request, where) => read(context, request, where, true);

export const headObject: Operation<AtObject> = (context, request, where) => read(context, request, where, false);

function read({ store }: Context, request: S3Request, { bucket, key }: AtObject, withBody: boolean): Answer {
  const place = store.bucket(bucket);
  const { version, entry } = findVersion(place, key, request.query.get("versionId"));
  checkRead(request, entry);
  if (withBody) refuseDamaged(entry);
  const part = partOf(request, entry);
  const ifRange = request.header("if-range");
  const range = part ?? ( ifRange === undefined || lists(ifRange, entry.etag) ? parseRange(request.header("range"), entry.sizeBytes) : null);
  const { first, last } = range ?? { first: 0, last: entry.sizeBytes - 1 };
  const isPart = range !== null && last >= first;
  const count = part && partsCount(entry);
  return {
    status: isPart ? 206 : 200,
    headers: {
      ...entryHeaders(entry, { withChecksum: request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && last - first + 1 === entry.sizeBytes }),
      ...versionHeaders(place, version),
      ...responseOverrides(request),
      "content-length": String(last - first + 1),
      ...(isPart ? { "content-range": `bytes ${first}-${last}/${entry.sizeBytes}` } : {}),
      ...(count === null ? {} : { "x-amz-mp-parts-count": String(count) }),
    },
    body: withBody ? { blobs: entry.blobs, first, last } : undefined,
  };
}

export const deleteObject: Operation<AtObject> = async (context, request, { bucket, key }) => {
  const deleted = await deleteVersion(context, bucket, key, request.query.get("versionId"), (version) => {
    if (request.header("if-match") !== undefined) checkWrite(request, () => version?.content ?? undefined);
  });
  return { status: 204, headers: deletedHeaders(deleted) };
};
