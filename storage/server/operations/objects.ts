import { checksumHeaders } from "../body/checksum";
import type { ObjectEntry } from "../entries";
import { S3Error } from "../errors";
import type { Answer, S3Request } from "../request";
import { checkRead, checkWrite, lists } from "./conditions";
import type { AtObject, Context, Operation } from "./context";
import { receive } from "./intake";
import { parseRange } from "./range";
import { entryHeaders, responseOverrides, wordsOf } from "./words";

export const putObject: Operation<AtObject> = async ({ store, now }, request, { bucket, key }) => {
  const words = wordsOf(request);
  // Asked before the body comes, to spare its sending, and again when it is there.
  checkWrite(request, store.bucket(bucket).objects.get(key));
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
    await commitObject({ store }, request, bucket, key, entry);
  } catch (error) {
    await received.discard();
    throw error;
  }
  return { status: 200, headers: { etag: `"${entry.etag}"`, ...checksumHeaders(entry.checksum) } };
};

/** Puts an entry under a key, if the request's conditions hold at that very moment. */
export function commitObject({ store }: Pick<Context, "store">, request: S3Request, bucket: string, key: string, entry: ObjectEntry): Promise<void> {
  return store.inTurn(bucket, key, async () => {
    checkWrite(request, store.bucket(bucket).objects.get(key));
    await store.commit({ op: "put", bucket, key, entry });
  });
}

export const getObject: Operation<AtObject> = (context, request, where) => read(context, request, where, true);

export const headObject: Operation<AtObject> = (context, request, where) => read(context, request, where, false);

function read({ store }: Context, request: S3Request, { bucket, key }: AtObject, withBody: boolean): Answer {
  const entry = store.bucket(bucket).objects.get(key);
  if (!entry) throw new S3Error("NoSuchKey");
  checkRead(request, entry);
  const ifRange = request.header("if-range");
  const range = ifRange === undefined || lists(ifRange, entry.etag) ? parseRange(request.header("range"), entry.sizeBytes) : null;
  const { first, last } = range ?? { first: 0, last: entry.sizeBytes - 1 };
  return {
    status: range ? 206 : 200,
    headers: {
      ...entryHeaders(entry, { withChecksum: request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && !range }),
      ...responseOverrides(request),
      "content-length": String(last - first + 1),
      ...(range ? { "content-range": `bytes ${first}-${last}/${entry.sizeBytes}` } : {}),
    },
    body: withBody ? { blobs: entry.blobs, first, last } : undefined,
  };
}

export const deleteObject: Operation<AtObject> = async ({ store }, request, { bucket, key }) => {
  await store.inTurn(bucket, key, async () => {
    const entry = store.bucket(bucket).objects.get(key);
    if (request.header("if-match") !== undefined) checkWrite(request, entry);
    if (entry) await store.commit({ op: "delete", bucket, key });
  });
  return { status: 204 };
};
