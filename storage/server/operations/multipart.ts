import { createHash, randomBytes } from "node:crypto";
import { algorithmOf, checkForm, checksumHeaders, checksumOfParts, hasForm, headerOf, isChecksum, namedAlgorithm, runningChecksum } from "../body/checksum";
import type { Bucket } from "../disk/bucket";
import type { Body } from "../disk/journal";
import type { StoreFolder } from "../disk/store";
import type { Checksum, ChecksumAlgorithm, ObjectEntry, Part, Upload, VersionNumber } from "../entries";
import { S3Error } from "../errors";
import type { Answer, S3Request } from "../request";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText, type XmlNode } from "../xml";
import { uriEncode } from "../auth/signature";
import { checkWrite } from "./conditions";
import type { AtObject, Operation } from "./context";
import { checksumWords, extract, sourceOf } from "./copy";
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
  const algorithm = namedAlgorithm(request.header("x-amz-checksum-algorithm"));
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
  if (algorithm === undefined) {
    if (text === undefined) return undefined;
    throw new S3Error("InvalidRequest", "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  const type = text?.toUpperCase() ?? defaultType(algorithm);
  if (type !== "COMPOSITE" && type !== "FULL_OBJECT") throw new S3Error("InvalidRequest", "Value for x-amz-checksum-type header is invalid.");
  if (type === "COMPOSITE" ? algorithm === "CRC64NVME" : algorithm.startsWith("SHA")) {
    throw new S3Error("InvalidRequest", `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  }
  return type;
}

function defaultType(algorithm: ChecksumAlgorithm): Checksum["type"] {
  return algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
}

export const uploadPart: Operation<AtObject> = async ({ store, now }, request, where) => {
  const upload = uploadOf(store, request, where);
  const number = partNumber(request);
  const { algorithm } = upload;
  if (algorithm && request.announced && request.announced.algorithm !== algorithm) {
    throw new S3Error("InvalidRequest", `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${request.announced.algorithm.toLowerCase()}`);
  }
  const received = await receive(store, request, algorithm);
  const body = received.body ?? (received.blob ? null : emptyBody());
  const part: Part = { number, etag: received.md5, modifiedAtMs: now(), blob: body?.blob ?? received.blob!, checksum: received.checksum };
  await commitPart(store, request, where, part, body);
  return { status: 200, headers: { etag: `"${part.etag}"`, ...(part.checksum ? { [headerOf(part.checksum.algorithm)]: part.checksum.value } : {}) } };
};

export const uploadPartCopy: Operation<AtObject> = async ({ store, now }, request, where) => {
  const upload = uploadOf(store, request, where);
  const number = partNumber(request);
  const { entry, headers } = sourceOf(store, request);
  const { first, last } = copiedRange(request, entry.sizeBytes);
  await store.requireRoom(last - first + 1);
  const { algorithm } = upload;
  const running = algorithm ? runningChecksum(algorithm) : null;
  const { blob, md5 } = await extract(store, entry, first, last, running);
  const checksum: Checksum | undefined = algorithm && { algorithm, type: "FULL_OBJECT", value: running!.digest().toString("base64") };
  const part: Part = { number, etag: md5, modifiedAtMs: now(), blob, checksum };
  await commitPart(store, request, where, part);
  return { status: 200, headers, body: xmlDocument("CopyPartResult", { LastModified: isoTime(part.modifiedAtMs), ETag: `"${md5}"`, ...checksumWords(checksum), ChecksumType: undefined }) };
};

/** Both ends included. @throws S3Error InvalidArgument */
function copiedRange(request: S3Request, sizeBytes: number): { first: number; last: number } {
  const text = request.header("x-amz-copy-source-range");
  if (text === undefined) return { first: 0, last: sizeBytes - 1 };
  const elements = { ArgumentName: "x-amz-copy-source-range", ArgumentValue: text };
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || first > last) {
    throw new S3Error("InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", {}, { elements });
  }
  if (last >= sizeBytes) throw new S3Error("InvalidArgument", `Range specified is not valid for source object of size: ${sizeBytes}`, {}, { elements });
  return { first, last };
}

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
    if (before?.bucket === bucket && before.key === key && place.versionNumbered(key, before.version.seq)) return completion(request, place, before);
    const upload = uploadOf(store, request, where);
    checkWrite(request, () => place.objects.get(key));
    const parts = new Map((await place.parts(id)).map((part) => [part.number, part]));
    const entry = assemble(request, { upload, parts }, chosenParts({ upload, parts }, xmlList(listed.Part)), now());
    const version = store.nextVersion(bucket);
    await store.commit({ op: "complete", bucket, upload: id, key, parts: [...parts.keys()], version, entry });
    remember(store, id, { bucket, key, entry, version });
    return completion(request, place, { bucket, key, entry, version });
  });
};

/** The parts a client lists, each as it was uploaded. */
function chosenParts(state: UploadState, nodes: ReturnType<typeof xmlList>): Part[] {
  if (nodes.length === 0 || nodes.length > maxParts) throw new S3Error("MalformedXML", `List 1 to ${maxParts} parts.`);
  let previous = 0;
  return nodes.map((node) => {
    const element = xmlElement(node);
    const numberText = xmlText(element.PartNumber)?.trim();
    const etag = xmlText(element.ETag)?.trim().replaceAll('"', "");
    if (numberText === undefined || !etag) throw new S3Error("MalformedXML", "Every Part needs a PartNumber and an ETag.");
    const number = partNumberOf(numberText);
    if (number <= previous) throw new S3Error("InvalidPartOrder");
    previous = number;
    const part = state.parts.get(number);
    if (!part || part.etag !== etag) throw new S3Error("InvalidPart", `Part ${number} was not uploaded with this ETag.`);
    checkPartChecksum(part, element);
    return part;
  });
}

/** What a client says of a part's checksum must be what came with it. @throws S3Error */
function checkPartChecksum(part: Part, element: Record<string, XmlNode | XmlNode[]>): void {
  const said = Object.entries(element).filter(([name]) => name.startsWith("Checksum"));
  if (said.length > 1) throw new S3Error("InvalidArgument", "Expecting a single checksum for each part. Multiple checksum Types are not allowed.");
  for (const [name, node] of said) {
    const algorithm = algorithmOf(name.slice("Checksum".length));
    const value = xmlText(node) ?? "";
    if (!hasForm(algorithm, value)) throw new S3Error("InvalidArgument", `The ${name} of part ${part.number} is not a checksum.`);
    if (part.checksum?.algorithm !== algorithm) throw new S3Error("BadDigest", `The ${algorithm.toLowerCase()} you specified for part ${part.number} did not match what we received.`);
    if (part.checksum.value !== value) throw new S3Error("InvalidPart", `Part ${part.number} was not uploaded with this checksum.`);
  }
}

function assemble(request: S3Request, { upload }: UploadState, parts: readonly Part[], nowMs: number): ObjectEntry {
  const small = parts.slice(0, -1).find((part) => part.blob.sizeBytes < minPartBytes);
  if (small) throw new S3Error("EntityTooSmall", `Part ${small.number} has less than 5 MiB, and only the last one may.`);
  const sizeBytes = parts.reduce((sum, part) => sum + part.blob.sizeBytes, 0);
  if (sizeBytes > maxObjectBytes) throw new S3Error("EntityTooLarge", "An object may have at most 5 TiB.");
  const wantedSize = request.header("x-amz-mp-object-size");
  if (wantedSize?.startsWith("-")) throw new S3Error("InvalidRequest", `Value for x-amz-mp-object-size header is less than zero: '${wantedSize}'`);
  const wantedType = request.header("x-amz-checksum-type")?.toUpperCase();
  if (wantedType !== undefined && wantedType !== (upload.checksumType ?? "FULL_OBJECT")) throw new S3Error("InvalidRequest", "The checksum type is not the one that the upload was created with.");
  if ([...request.headerNames].filter(isChecksum).length > 1) throw new S3Error("InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  if (wantedSize !== undefined && Number(wantedSize) !== sizeBytes) throw new S3Error("InvalidRequest", "The parts have another size than x-amz-mp-object-size.");

  const algorithm = upload.algorithm ?? parts[0]!.checksum?.algorithm;
  const sized = parts.map((part) => ({ sizeBytes: part.blob.sizeBytes, checksum: part.checksum }));
  const checksum = algorithm && checksumOfParts(sized, algorithm, upload.checksumType ?? defaultType(algorithm));
  const wanted = checksum && request.header(headerOf(checksum.algorithm));
  if (checksum && wanted !== undefined) {
    checkForm(checksum.algorithm, wanted.replace(/-\d+$/, ""));
    if (wanted !== checksum.value) throw new S3Error("BadDigest", `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
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

function completion(request: S3Request, place: Bucket, { bucket, key, entry, version }: Completed): Answer {
  return {
    status: 200,
    headers: { ...checksumHeaders(entry.checksum), ...versionHeaders(place, version) },
    body: xmlDocument("CompleteMultipartUploadResult", {
      Location: `http://${request.header("host") ?? ""}/${bucket}/${key.split("/").map(uriEncode).join("/")}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${entry.etag}"`,
      ...checksumWords(entry.checksum),
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
