import { compareKeys } from "../../key-order";
import { versionIdOf } from "../disk/version-id";
import type { KeyVersion } from "../disk/bucket";
import { levelOf } from "../disk/level";
import { S3Error } from "../errors";
import { parseXml, xmlDocument, xmlText, type XmlContent } from "../xml";
import type { AtBucket, Operation } from "./context";
import { checkVersionId } from "./delete";
import { receiveXml } from "./intake";
import { isoTime, keyEncoder, owner, pageSize } from "./listing";

const states = { Enabled: "enabled", Suspended: "suspended" } as const;

export const putBucketVersioning: Operation<AtBucket> = async ({ store }, request, { bucket }) => {
  store.bucket(bucket);
  const document = parseXml(await receiveXml(request), "VersioningConfiguration");
  const status = xmlText(document.Status)?.trim();
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML", "Status must be Enabled or Suspended.");
  if (document.MfaDelete !== undefined && xmlText(document.MfaDelete)?.trim() !== "Disabled") throw new S3Error("NotImplemented", "This object store knows no MFA delete.");
  await store.commit({ op: "config", bucket, name: "versioning", value: states[status] });
  return { status: 200 };
};

export const getBucketVersioning: Operation<AtBucket> = ({ store }, _request, { bucket }) => {
  const state = store.bucket(bucket).config.versioning;
  const Status = state && (state === "enabled" ? "Enabled" : "Suspended");
  return { status: 200, body: xmlDocument("VersioningConfiguration", { Status }) };
};

/** Versions and delete markers in S3's order: by key, newest first. */
export const listObjectVersions: Operation<AtBucket> = async ({ store }, request, { bucket: name }) => {
  const bucket = store.bucket(name);
  const { encode, EncodingType } = keyEncoder(request);
  const prefix = request.query.get("prefix") ?? "";
  const delimiter = request.query.get("delimiter") ?? "";
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("version-id-marker") ?? "";
  if (idMarker !== "") {
    if (keyMarker === "") throw new S3Error("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
    checkVersionId(idMarker);
  }
  const maxKeys = pageSize(request, "max-keys");
  // The rest of the marker's key first, then the keys behind it.
  const rest = idMarker !== "" && keyMarker.startsWith(prefix) && maxKeys > 0 ? await restOf(keyMarker) : [];
  const own = rest.slice(0, maxKeys);
  const level = await levelOf((start) => bucket.versionsFrom(start, prefix), { prefix, delimiter, after: keyMarker, limit: rest.length > own.length ? 0 : maxKeys - own.length });
  const items = [...own, ...level.items];
  const last = items.at(-1);
  const lastPrefix = level.prefixes.at(-1);
  const truncated = maxKeys > 0 && (rest.length > own.length || level.next !== null || (own.length === maxKeys && (await anyAfter())));
  const endsInPrefix = lastPrefix !== undefined && (last === undefined || compareKeys(lastPrefix, last.key) > 0);
  return {
    status: 200,
    body: xmlDocument("ListVersionsResult", {
      Name: name,
      Prefix: encode(prefix),
      KeyMarker: encode(keyMarker),
      VersionIdMarker: idMarker,
      NextKeyMarker: !truncated ? undefined : encode(endsInPrefix ? lastPrefix : last!.key),
      NextVersionIdMarker: !truncated || endsInPrefix ? undefined : versionIdOf(last!.version),
      MaxKeys: maxKeys,
      Delimiter: delimiter ? encode(delimiter) : undefined,
      EncodingType,
      IsTruncated: truncated,
      // Versions and markers stand in one order: neither may be gathered from among the other.
      "": items.map((item) => ({ [item.version.content ? "Version" : "DeleteMarker"]: versionWords(item) })),
      CommonPrefixes: level.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };

  async function restOf(key: string): Promise<KeyVersion[]> {
    const found: KeyVersion[] = [];
    let seen = false;
    for await (const item of bucket.versionsFrom(key, key)) {
      if (item.key !== key || found.length > maxKeys) break;
      if (seen) found.push(item);
      seen ||= versionIdOf(item.version) === idMarker;
    }
    return found;
  }

  async function anyAfter(): Promise<boolean> {
    const more = await levelOf((start) => bucket.versionsFrom(start, prefix), { prefix, delimiter, after: keyMarker, limit: 1 });
    return more.items.length + more.prefixes.length > 0;
  }

  function versionWords({ key, version, isLatest }: KeyVersion): XmlContent {
    const { content } = version;
    return {
      Key: encode(key),
      VersionId: versionIdOf(version),
      IsLatest: isLatest,
      LastModified: isoTime(version.modifiedAtMs),
      ...(content ? { ETag: `"${content.etag}"`, ChecksumAlgorithm: content.checksum?.algorithm, ChecksumType: content.checksum?.type, Size: content.sizeBytes, StorageClass: "STANDARD" } : {}),
      Owner: owner,
    };
  }
};
