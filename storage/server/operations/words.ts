import { checksumHeaders } from "../body/checksum";
import type { ObjectEntry, ObjectWords } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";
import { owner } from "./listing";
import { parseTaggingHeader } from "./tags";

const keptHeaders = ["content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires"];
const metaPrefix = "x-amz-meta-";
const maxMetadataBytes = 2048;

/** What a client says about an object beside its bytes. @throws S3Error MetadataTooLarge */
export function wordsOf(request: S3Request): ObjectWords {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = name === "content-encoding" ? withoutFraming(request.header(name)) : request.header(name);
    if (value) headers[name] = value;
  }
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>;
  let sizeBytes = 0;
  for (const name of request.headerNames) {
    if (!name.startsWith(metaPrefix)) continue;
    const value = request.header(name) ?? "";
    sizeBytes += name.length - metaPrefix.length + value.length;
    metadata[name.slice(metaPrefix.length)] = value;
  }
  if (sizeBytes > maxMetadataBytes) throw new S3Error("MetadataTooLarge");
  const tagging = request.header("x-amz-tagging");
  return { headers, metadata: { ...metadata }, ...(tagging ? { tags: parseTaggingHeader(tagging) } : {}) };
}

/** aws-chunked is how the body came, not what it is. */
function withoutFraming(value: string | undefined): string | undefined {
  return value
    ?.split(",")
    .map((one) => one.trim())
    .filter((one) => one.toLowerCase() !== "aws-chunked")
    .join(",");
}

/**
 * Who the client believes owns what it speaks of. There is one account, whose id is not a secret.
 * @throws S3Error AccessDenied for anybody else
 */
export function refuseOtherOwner(request: S3Request): void {
  for (const name of ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]) {
    const said = request.header(name);
    if (said !== undefined && said !== owner.ID) throw new S3Error("AccessDenied");
  }
}

/** Headers that would change what is stored or who may see it; ignoring them would be a lie. */
const unsupported: [RegExp, RegExp | null][] = [
  [/^x-amz-server-side-encryption/, null],
  [/^x-amz-copy-source-server-side-encryption/, null],
  [/^x-amz-bucket-object-lock-enabled$/, /^false$/i],
  [/^x-amz-(bucket-)?object-lock-/, null],
  [/^x-amz-grant-/, null],
  [/^x-amz-website-redirect-location$/, null],
  [/^x-amz-write-offset-bytes$/, null],
  [/^x-amz-acl$/, /^(private|bucket-owner-full-control)$/],
  [/^x-amz-storage-class$/, /^STANDARD$/],
];

/** @throws S3Error NotImplemented */
export function refuseUnsupported(request: S3Request): void {
  for (const name of request.headerNames) {
    const rule = unsupported.find(([pattern]) => pattern.test(name));
    if (rule && !rule[1]?.test(request.header(name) ?? "")) throw new S3Error("NotImplemented", `This object store does not support the header ${name} with this value.`);
  }
}

/**
 * An uploaded page must not act as one of ours: it runs in no origin, without scripts, and is never taken for another
 * type than it says.
 */
const harmless = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self' data:; style-src 'unsafe-inline'",
  "cross-origin-resource-policy": "cross-origin",
};

export function entryHeaders(entry: ObjectEntry, options: { withChecksum: boolean }): Record<string, string> {
  return {
    "content-type": "binary/octet-stream",
    ...entry.headers,
    ...Object.fromEntries(Object.entries(entry.metadata).map(([name, value]) => [metaPrefix + name, value])),
    ...(options.withChecksum ? checksumHeaders(entry.checksum) : {}),
    ...(entry.tags?.length ? { "x-amz-tagging-count": String(entry.tags.length) } : {}),
    ...harmless,
    etag: `"${entry.etag}"`,
    "last-modified": new Date(entry.modifiedAtMs).toUTCString(),
    "accept-ranges": "bytes",
  };
}

/** `response-content-type=…` and the like in a GET's query. @throws S3Error InvalidArgument for what no header can hold */
export function responseOverrides(request: S3Request): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = request.query.get(`response-${name}`);
    if (value === undefined) continue;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw new S3Error("InvalidArgument", `response-${name} holds characters that no header can hold.`);
    overrides[name] = value;
  }
  return overrides;
}
