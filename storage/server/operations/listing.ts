import type { Bucket } from "../disk/bucket";
import type { ObjectEntry } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";
import { uriEncode } from "../auth/signature";
import { xmlDocument, type XmlContent } from "../xml";
import type { AtBucket, Operation } from "./context";

/** There is one account. */
export const owner = { ID: "lathe", DisplayName: "lathe" };

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** A count in the query between 0 and 1000, S3's page. @throws S3Error InvalidArgument */
export function pageSize(request: S3Request, name: string): number {
  const text = request.query.get(name);
  if (text === undefined) return 1000;
  if (!/^\d{1,9}$/.test(text)) throw new S3Error("InvalidArgument", `${name} must be a number of 0 or more.`);
  return Math.min(Number(text), 1000);
}

/** Keys as the client wants them written: plainly, or encoded because XML cannot hold every key. */
export function keyEncoder(request: S3Request): { encode: (key: string) => string; EncodingType: string | undefined } {
  const type = request.query.get("encoding-type");
  if (type !== undefined && type !== "url") throw new S3Error("InvalidArgument", "encoding-type can only be url.");
  const encode = type ? (key: string) => key.split("/").map(uriEncode).join("/") : (key: string) => key;
  return { encode, EncodingType: type };
}

export const listObjectsV2: Operation<AtBucket> = async ({ store }, request, { bucket: name }) => {
  const bucket = store.bucket(name);
  const { encode, EncodingType } = keyEncoder(request);
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after");
  const maxKeys = pageSize(request, "max-keys");
  const { query, level } = await page(bucket, request, token === undefined ? (startAfter ?? "") : decodeToken(token), maxKeys);
  return {
    status: 200,
    body: xmlDocument("ListBucketResult", {
      Name: name,
      Prefix: encode(query.prefix),
      Delimiter: query.delimiter ? encode(query.delimiter) : undefined,
      MaxKeys: maxKeys,
      EncodingType,
      KeyCount: level.items.length + level.prefixes.length,
      IsTruncated: level.next !== null,
      ContinuationToken: token,
      NextContinuationToken: level.next === null ? undefined : Buffer.from(level.next).toString("base64url"),
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      Contents: contents(level.items, encode, request.query.get("fetch-owner") === "true"),
      CommonPrefixes: level.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
};

/** The older listing, which goes on from a marker. */
export const listObjects: Operation<AtBucket> = async ({ store }, request, { bucket: name }) => {
  const bucket = store.bucket(name);
  const { encode, EncodingType } = keyEncoder(request);
  const marker = request.query.get("marker") ?? "";
  const maxKeys = pageSize(request, "max-keys");
  const { query, level } = await page(bucket, request, marker, maxKeys);
  return {
    status: 200,
    body: xmlDocument("ListBucketResult", {
      Name: name,
      Prefix: encode(query.prefix),
      Marker: encode(marker),
      Delimiter: query.delimiter ? encode(query.delimiter) : undefined,
      MaxKeys: maxKeys,
      EncodingType,
      IsTruncated: level.next !== null,
      // S3 gives it only where the last key may not be what to go on from.
      NextMarker: level.next === null || query.delimiter === "" ? undefined : encode(level.next),
      Contents: contents(level.items, encode, true),
      CommonPrefixes: level.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
};

async function page(bucket: Bucket, request: S3Request, after: string, limit: number) {
  const query = { prefix: request.query.get("prefix") ?? "", delimiter: request.query.get("delimiter") ?? "", after, limit };
  return { query, level: await bucket.listLevel(query) };
}

function contents(items: readonly { key: string; entry: ObjectEntry }[], encode: (key: string) => string, withOwner: boolean): XmlContent[] {
  return items.map(({ key, entry }) => ({ Key: encode(key), ...entryWords(entry), ...(withOwner ? { Owner: owner } : {}) }));
}

function entryWords(entry: ObjectEntry): Record<string, XmlContent> {
  return {
    LastModified: isoTime(entry.modifiedAtMs),
    ETag: `"${entry.etag}"`,
    ChecksumAlgorithm: entry.checksum?.algorithm,
    ChecksumType: entry.checksum?.type,
    Size: entry.sizeBytes,
    StorageClass: "STANDARD",
  };
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString("utf8");
  if (token === "" || Buffer.from(key).toString("base64url") !== token) throw new S3Error("InvalidArgument", "The continuation token is not one of ours.");
  return key;
}
