import { createHash, randomBytes } from "node:crypto";
import { algorithmOf, checkForm, checksumHeaders, checksumOfParts, headerOf } from "../body/checksum";
import type { Bucket } from "../disk/bucket";
import type { Body } from "../disk/journal";
import type { StoreFolder } from "../disk/store";
import type { Checksum, ChecksumAlgorithm, ObjectEntry, Part, Upload, VersionNumber } from "../entries";
import { S3Error } from "../errors";
import type { Answer, S3Request } from "../request";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText } from "../xml";
import { checkWrite } from "./conditions";
import type { AtObject, Operation } from "./context";
import { extract, sourceOf } from "./copy";
import { dropUpload } from "./drop-upload";
import { versionHeaders } from "./find-version";
import { receive, receiveXml } from "./intake";
import { isoTime } from "./listing";
import { maxParts, partNumberOf } from "./part-of";
import { wordsOf } from "./words";

type UploadState = { upload: Upload; parts: ReadonlyMap<number, Part> };

/** Of every part but the last. */
const minPartBytes = 5 * 1024 * 1024;
/** S3's limit for an object. */
const maxObjectBytes = 5 * 1024 ** 4;

export const createUpload: Operation<AtObject> = async ({ store, now }, request, { bucket, key }) => {
  store.bucket(bucket);
  await request.payload().text(1024);
  const name = request.header("x-amz-checksum-algorithm");
  const algorithm = name === undefined ? undefined : algorithmOf(name);
  const checksumType = typeOf(request.header("x-amz-checksum-type"), algorithm);
  const upload: Upload = { ...wordsOf(request), id: randomBytes(16).toString("hex"), key, startedAtMs: now(), algorithm, checksumType };
  await store.commit({ op: "upload", bucket, upload });
  return {
    status: 200,
    headers: headersOf(upload),
    body: xmlDocument("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: upload.id }),
  };
};

function headersOf({ algorithm, checksumType }: Upload): Record<string, string> {
  return algorithm && checksumType ? { "x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": checksumType } : {};
}

function typeOf(text: string | undefined, algorithm: ChecksumAlgorithm | undefined): Checksum["type"] | undefined {
  if (algorithm === undefined) return undefined;
  const type = text?.toUpperCase() ?? defaultType(algorithm);
  if (type !== "COMPOSITE" && type !== "FULL_OBJECT") throw new S3Error("InvalidArgument", "x-amz-checksum-type must be COMPOSITE or FULL_OBJECT.");
  if (type === "COMPOSITE" && algorithm === "CRC64NVME") throw new S3Error("InvalidRequest", "CRC64NVME is taken over the full object only.");
  if (type === "FULL_OBJECT" && algorithm.startsWith("SHA")) throw new S3Error("InvalidRequest", `${algorithm} cannot be taken over the full object of an upload in parts.`);
  return type;
}

function defaultType(algorithm: ChecksumAlgorithm): Checksum["type"] {
  return algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
}

export const uploadPart: Operation<AtObject> = async ({ store, now }, request, where) => {
  const upload = uploadOf(store, request, where);
  const number = partNumber(request);
  const received = await receive(store, request, upload.algorithm);
  const body = received.body ?? (received.blob ? null : emptyBody());
  const part: Part = { number, etag: received.md5, modifiedAtMs: now(), blob: body?.blob ?? received.blob!, checksum: received.checksum };
  await commitPart(store, request, where, part, body);
  return { status: 200, headers: { etag: `"${part.etag}"`, ...(part.checksum ? { [headerOf(part.checksum.algorithm)]: part.checksum.value } : {}) } };
};

export const uploadPartCopy: Operation<AtObject> = async ({ store, now }, request, where) => {
  uploadOf(store, request, where);
  const number = partNumber(request);
  const { entry, headers } = sourceOf(store, request);
  const range = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(request.header("x-amz-copy-source-range") ?? `bytes=0-${Math.max(entry.sizeBytes - 1, 0)}`);
  const [first, last] = [Number(range?.[1]), Number(range?.[2])];
  if (!range || first > last || last >= entry.sizeBytes) throw new S3Error("InvalidArgument", "x-amz-copy-source-range must be bytes=FIRST-LAST within the object.");
  await store.requireRoom(last - first + 1);
  const { blob, md5 } = await extract(store, entry, first, last);
  const part: Part = { number, etag: md5, modifiedAtMs: now(), blob };
  await commitPart(store, request, where, part);
  return { status: 200, headers, body: xmlDocument("CopyPartResult", { LastModified: isoTime(part.modifiedAtMs), ETag: `"${md5}"` }) };
};

async function commitPart(store: StoreFolder, request: S3Request, where: AtObject, part: Part, body: Body | null = null): Promise<void> {
  try {
    await store.inTurn(where.bucket, where.key, async () => {
      const upload = uploadOf(store, request, where);
      await store.commit({ op: "part", bucket: where.bucket, key: where.key, upload: upload.id, part }, body);
    });
  } catch (error) {
    if (!body) await store.blobs.remove([part.blob.id]);
    throw error;
  }
}

function emptyBody(): Body {
  return { blob: { id: "", sizeBytes: 0 }, bytes: Buffer.alloc(0) };
}

export const abortUpload: Operation<AtObject> = async ({ store }, request, where) => {
  const { id } = uploadOf(store, request, where);
  await dropUpload(store, where.bucket, where.key, id);
  return { status: 204 };
};

type Completed = AtObject & { entry: ObjectEntry; version: VersionNumber };

/** What completing answered, for a client that asks again because it never heard. */
const completed = new WeakMap<StoreFolder, Map<string, Completed>>();
const rememberedCompletions = 1000;

export const completeUpload: Operation<AtObject> = async ({ store, now }, request, where) => {
  const { bucket, key } = where;
  const listed = parseXml(await receiveXml(request, "of the object"), "CompleteMultipartUpload");
  return store.inTurn(bucket, key, async () => {
    const id = request.query.get("uploadId") ?? "";
    const before = completed.get(store)?.get(id);
    const place = store.bucket(bucket);
    if (before?.bucket === bucket && before.key === key && place.versionNumbered(key, before.version.seq)) return completion(place, before);
    const upload = uploadOf(store, request, where);
    checkWrite(request, place.objects.get(key));
    const parts = new Map((await place.parts(id)).map((part) => [part.number, part]));
    const entry = assemble(request, { upload, parts }, chosenParts({ upload, parts }, xmlList(listed.Part)), now());
    const version = store.nextVersion(bucket);
    await store.commit({ op: "complete", bucket, upload: id, key, parts: [...parts.keys()], version, entry });
    remember(store, id, { bucket, key, entry, version });
    return completion(place, { bucket, key, entry, version });
  });
};

/** The parts a client lists, each as it was uploaded. */
function chosenParts(state: UploadState, nodes: ReturnType<typeof xmlList>): Part[] {
  if (nodes.length === 0 || nodes.length > maxParts) throw new S3Error("MalformedXML", `List 1 to ${maxParts} parts.`);
  let previous = 0;
  return nodes.map((node) => {
    const element = xmlElement(node);
    const number = Number(xmlText(element.PartNumber) ?? Number.NaN);
    const etag = xmlText(element.ETag)?.trim().replaceAll('"', "");
    if (!Number.isInteger(number) || !etag) throw new S3Error("MalformedXML", "Every Part needs a PartNumber and an ETag.");
    if (number <= previous) throw new S3Error("InvalidPartOrder");
    previous = number;
    const part = state.parts.get(number);
    if (!part || part.etag !== etag) throw new S3Error("InvalidPart", `Part ${number} was not uploaded with this ETag.`);
    for (const [name, value] of Object.entries(element)) {
      if (!name.startsWith("Checksum")) continue;
      const algorithm = algorithmOf(name.slice("Checksum".length));
      if (part.checksum?.algorithm !== algorithm || part.checksum.value !== xmlText(value)) throw new S3Error("InvalidPart", `Part ${number} was not uploaded with this checksum.`);
    }
    return part;
  });
}

function assemble(request: S3Request, { upload }: UploadState, parts: readonly Part[], nowMs: number): ObjectEntry {
  const small = parts.slice(0, -1).find((part) => part.blob.sizeBytes < minPartBytes);
  if (small) throw new S3Error("EntityTooSmall", `Part ${small.number} has less than 5 MiB, and only the last one may.`);
  const sizeBytes = parts.reduce((sum, part) => sum + part.blob.sizeBytes, 0);
  if (sizeBytes > maxObjectBytes) throw new S3Error("EntityTooLarge", "An object may have at most 5 TiB.");
  const wantedSize = request.header("x-amz-mp-object-size");
  if (wantedSize !== undefined && Number(wantedSize) !== sizeBytes) throw new S3Error("InvalidRequest", "The parts have another size than x-amz-mp-object-size.");

  const algorithm = upload.algorithm ?? parts[0]!.checksum?.algorithm;
  const sized = parts.map((part) => ({ sizeBytes: part.blob.sizeBytes, checksum: part.checksum }));
  const checksum = algorithm && checksumOfParts(sized, algorithm, upload.checksumType ?? defaultType(algorithm));
  const wanted = checksum && request.header(headerOf(checksum.algorithm));
  if (checksum && wanted !== undefined) {
    checkForm(checksum.algorithm, wanted.replace(/-\d+$/, ""));
    if (wanted !== checksum.value) throw new S3Error("BadDigest", "The parts do not match the object's checksum.");
  }
  const md5 = createHash("md5");
  for (const part of parts) md5.update(Buffer.from(part.etag, "hex"));
  return {
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    sizeBytes,
    etag: `${md5.digest("hex")}-${parts.length}`,
    modifiedAtMs: nowMs,
    blobs: parts.map((part) => part.blob),
    checksum,
  };
}

function completion(place: Bucket, { bucket, key, entry, version }: Completed): Answer {
  const checksum = entry.checksum ? { [`Checksum${entry.checksum.algorithm}`]: entry.checksum.value, ChecksumType: entry.checksum.type } : {};
  return {
    status: 200,
    headers: { ...checksumHeaders(entry.checksum), ...versionHeaders(place, version) },
    body: xmlDocument("CompleteMultipartUploadResult", {
      Location: `/${bucket}/${key}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${entry.etag}"`,
      ...checksum,
    }),
  };
}

function remember(store: StoreFolder, id: string, what: Completed): void {
  const known = completed.get(store) ?? new Map<string, Completed>();
  completed.set(store, known.set(id, what));
  if (known.size > rememberedCompletions) known.delete(known.keys().next().value!);
}

/** @throws S3Error NoSuchUpload */
export function uploadOf(store: StoreFolder, request: S3Request, { bucket, key }: AtObject): Upload {
  const upload = store.bucket(bucket).upload(key, request.query.get("uploadId") ?? "");
  if (!upload) throw new S3Error("NoSuchUpload");
  return upload;
}

function partNumber(request: S3Request): number {
  return partNumberOf(request.query.get("partNumber") ?? "");
}
