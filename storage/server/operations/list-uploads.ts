import { compareKeys } from "../../key-order";
import type { Upload } from "../entries";
import { S3Error } from "../errors";
import { xmlDocument } from "../xml";
import type { AtBucket, AtObject, Operation } from "./context";
import { isoTime, keyEncoder, owner, pageSize } from "./listing";
import { uploadOf } from "./multipart";

export const listUploads: Operation<AtBucket> = async ({ store }, request, { bucket: name }) => {
  const bucket = store.bucket(name);
  if (request.query.get("delimiter")) throw new S3Error("NotImplemented", "Uploads are listed without a delimiter.");
  const { encode, EncodingType } = keyEncoder(request);
  const prefix = request.query.get("prefix") ?? "";
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("upload-id-marker") ?? "";
  const maxUploads = pageSize(request, "max-uploads");
  const isAfter = (key: string, id: string) => {
    const order = compareKeys(key, keyMarker);
    return order > 0 || (order === 0 && idMarker !== "" && id > idMarker);
  };
  const uploads: Upload[] = [];
  for await (const upload of bucket.uploadsFrom(compareKeys(keyMarker, prefix) > 0 ? keyMarker : prefix)) {
    if (!upload.key.startsWith(prefix) && compareKeys(upload.key, prefix) > 0 || uploads.length > maxUploads) break;
    if (upload.key.startsWith(prefix) && (keyMarker === "" || isAfter(upload.key, upload.id))) uploads.push(upload);
  }
  const page = uploads.slice(0, maxUploads);
  const last = uploads.length > page.length ? page.at(-1) : undefined;
  return {
    status: 200,
    body: xmlDocument("ListMultipartUploadsResult", {
      Bucket: name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: last && encode(last.key),
      NextUploadIdMarker: last?.id,
      Prefix: encode(prefix),
      EncodingType,
      MaxUploads: maxUploads,
      IsTruncated: last !== undefined,
      Upload: page.map((upload) => ({
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
