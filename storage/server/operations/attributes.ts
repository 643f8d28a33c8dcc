import { S3Error } from "../errors";
import type { ObjectEntry } from "../entries";
import type { S3Request } from "../request";
import { xmlDocument, type XmlContent } from "../xml";
import type { AtObject, Operation } from "./context";
import { findVersion, versionHeaders } from "./find-version";
import { partsCount } from "./part-of";

const known = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** GetObjectAttributes: what of an object's description a client asks for, without its bytes. */
export const getObjectAttributes: Operation<AtObject> = ({ store }, request, { bucket, key }) => {
  const asked = (request.header("x-amz-object-attributes") ?? "").split(",").map((name) => name.trim()).filter(Boolean);
  const wrong = asked.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new S3Error("InvalidArgument", "Invalid attribute name specified.", {}, { elements: { ArgumentName: "x-amz-object-attributes", ArgumentValue: wrong } });
  const place = store.bucket(bucket);
  const { version, entry } = findVersion(place, key, request.query.get("versionId"));
  if (asked.length === 0) throw new S3Error("InvalidRequest", "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty");
  const { checksum } = entry;
  const content: Record<string, XmlContent> = {
    ETag: entry.etag,
    Checksum: checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type },
    ObjectParts: partsCount(entry) === null ? undefined : parts(request, entry),
    StorageClass: "STANDARD",
    ObjectSize: entry.sizeBytes,
  };
  return {
    status: 200,
    headers: { ...versionHeaders(place, version), "last-modified": new Date(entry.modifiedAtMs).toUTCString() },
    body: xmlDocument("GetObjectAttributesResponse", Object.fromEntries(Object.entries(content).filter(([name]) => asked.includes(name)))),
  };
};

/** As S3, the parts one by one only where the upload had checksums; how many there are always. */
function parts(request: S3Request, entry: ObjectEntry): XmlContent {
  if (!entry.checksum) return { PartsCount: entry.blobs.length };
  const marker = count(request, "x-amz-part-number-marker", 0);
  const maxParts = Math.min(count(request, "x-amz-max-parts", 1000), 1000);
  const page = entry.blobs.slice(marker, marker + maxParts);
  return {
    PartsCount: entry.blobs.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: marker + page.length,
    MaxParts: maxParts,
    IsTruncated: marker + page.length < entry.blobs.length,
    Part: page.map((blob, i) => ({ PartNumber: marker + i + 1, Size: blob.sizeBytes })),
  };
}

function count(request: S3Request, name: string, fallback: number): number {
  const text = request.header(name);
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw new S3Error("InvalidArgument", `${name} must be a number of 0 or more.`, {}, { elements: { ArgumentName: name, ArgumentValue: text } });
  return Number(text);
}
