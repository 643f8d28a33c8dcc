import { compareKeys } from "../../key-order";
import type { Upload } from "../entries";
import { S3Error } from "../errors";
import { xmlDocument } from "../xml";
import type { AtBucket, AtObject, Operation } from "./context";
import { isoTime, keyEncoder, owner, pageSize } from "./listing";
import { uploadOf } from "./multipart";

export const listUploads: Operation<AtBucket> = async ({ store }, request, { bucket: name }) => {
  const bucket = store.bucket(name);
  const { encode, EncodingType } = keyEncoder(request);
  const prefix = request.query.get("prefix") ?? "";
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("upload-id-marker") ?? "";
  const delimiter = request.query.get("delimiter") ?? "";
  if (keyMarker !== "" && idMarker !== "" && !/^[0-9a-f]{32}$/.test(idMarker)) {
    throw new S3Error("InvalidArgument", "Invalid uploadId marker", {}, { elements: { ArgumentName: "upload-id-marker", ArgumentValue: idMarker } });
  }
  const maxUploads = pageSize(request, "max-uploads");
  const isAfter = (key: string, id: string) => {
    const order = compareKeys(key, keyMarker);
    return order > 0 || (order === 0 && idMarker !== "" && id > idMarker);
  };
  // Uploads and prefixes that stand for several, in the order of their keys.
  const level: (Upload | { fold: string })[] = [];
  let lastFold: string | null = null;
  for await (const upload of bucket.uploadsFrom(compareKeys(keyMarker, prefix) > 0 ? keyMarker : prefix)) {
    if (!upload.key.startsWith(prefix) && compareKeys(upload.key, prefix) > 0 || level.length > maxUploads) break;
    if (!upload.key.startsWith(prefix) || (keyMarker !== "" && !isAfter(upload.key, upload.id))) continue;
    const end = delimiter === "" ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const fold = end < 0 ? null : upload.key.slice(0, end + delimiter.length);
    if (fold === null) level.push(upload);
    else if (fold !== lastFold && !keyMarker.startsWith(fold)) level.push({ fold: (lastFold = fold) });
  }
  const page = level.slice(0, maxUploads);
  const last = level.length > page.length ? page.at(-1) : undefined;
  return {
    status: 200,
    body: xmlDocument("ListMultipartUploadsResult", {
      Bucket: name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: last && encode("fold" in last ? last.fold : last.key),
      NextUploadIdMarker: last && "id" in last ? last.id : undefined,
      Prefix: encode(prefix),
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      EncodingType,
      MaxUploads: maxUploads,
      IsTruncated: last !== undefined,
      CommonPrefixes: page.flatMap((one) => ("fold" in one ? [{ Prefix: encode(one.fold) }] : [])),
      Upload: page.filter((one) => "id" in one).map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.id,
        Initiator: owner,
        Owner: owner,
        StorageClass: "STANDARD",
        Initiated: isoTime(upload.startedAtMs),
        ChecksumAlgorithm: upload.algorithm,
        ChecksumType: upload.checksumType,
      })),
    }),
  };
};

export const listParts: Operation<AtObject> = async ({ store }, request, where) => {
  const upload = uploadOf(store, request, where);
  const { encode, EncodingType } = keyEncoder(request);
  const marker = request.query.get("part-number-marker") ?? "0";
  if (!/^\d{1,9}$/.test(marker)) throw new S3Error("InvalidArgument", "part-number-marker must be a number.");
  const maxParts = pageSize(request, "max-parts");
  const rest = (await store.bucket(where.bucket).parts(upload.id)).filter((part) => part.number > Number(marker));
  const page = rest.slice(0, maxParts);
  const truncated = rest.length > page.length;
  return {
    status: 200,
    body: xmlDocument("ListPartsResult", {
      Bucket: where.bucket,
      Key: encode(where.key),
      EncodingType,
      UploadId: upload.id,
      PartNumberMarker: Number(marker),
      NextPartNumberMarker: page.at(-1)?.number,
      MaxParts: maxParts,
      IsTruncated: truncated,
      ChecksumAlgorithm: upload.algorithm,
      ChecksumType: upload.checksumType,
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: isoTime(part.modifiedAtMs),
        ETag: `"${part.etag}"`,
        Size: part.blob.sizeBytes,
        ...(part.checksum ? { [`Checksum${part.checksum.algorithm}`]: part.checksum.value } : {}),
      })),
      Initiator: owner,
      Owner: owner,
      StorageClass: "STANDARD",
    }),
  };
};
