import { createHash } from "node:crypto";
import { checkForm, headerOf, runningChecksum } from "../body/checksum";
import type { Blob, Checksum, ChecksumAlgorithm } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";
import type { Body } from "../disk/journal";
import type { StoreFolder } from "../disk/store";

/** Bodies up to this are written into the journal, with the change that refers to them. */
const packedMaxBytes = 64 * 1024;
/** What small bodies on their way may hold in memory; beyond they become files as large ones do. */
const gatheringMaxBytes = 32 * 1024 * 1024;
let gatheringBytes = 0;

export type Received = {
  /** null when the body is empty */
  blob: Blob | null;
  /** small bytes, which are durable only once the change that refers to them is */
  body: Body | null;
  sizeBytes: number;
  md5: string;
  checksum?: Checksum;
  /** Removes the bytes: for when nothing comes to refer to them. */
  discard(): Promise<void>;
};

/**
 * Takes a request's body in, hashing on the way. When it returns, every check that the client asked for has passed and
 * the bytes are on disk, or in memory where they are small; when it throws, nothing is left.
 * @param also computed even if the client sends no checksum of its own
 */
export async function receive(store: StoreFolder, request: S3Request, also?: ChecksumAlgorithm): Promise<Received> {
  const payload = request.payload();
  const wantedMd5 = contentMd5(request);
  const announced = request.announced;
  const algorithm = announced?.algorithm ?? also;
  await store.requireRoom(payload.sizeBytes);

  const md5 = createHash("md5");
  const running = algorithm ? runningChecksum(algorithm) : null;
  const packed = payload.sizeBytes <= packedMaxBytes && gatheringBytes + payload.sizeBytes <= gatheringMaxBytes;
  const pieces: Buffer[] = [];
  const writer = packed ? null : await store.blobs.create();
  const discard = async () => writer?.discard();
  if (packed) gatheringBytes += payload.sizeBytes;
  try {
    for await (const bytes of payload) {
      md5.update(bytes);
      running?.update(bytes);
      if (writer) await writer.write(bytes);
      else pieces.push(bytes);
    }
    const digest = md5.digest();
    if (wantedMd5 && !digest.equals(wantedMd5)) throw new S3Error("BadDigest", "The body does not match its Content-MD5; nothing was kept.");
    const checksum: Checksum | undefined = algorithm && { algorithm, type: "FULL_OBJECT", value: running!.digest().toString("base64") };
    if (announced) verify(announced, payload.trailers, checksum!);
    const blob = writer ? await writer.commit() : payload.sizeBytes > 0 ? { id: "", sizeBytes: payload.sizeBytes } : null;
    const body = blob && !writer ? { blob, bytes: Buffer.concat(pieces) } : null;
    return { blob, body, sizeBytes: payload.sizeBytes, md5: digest.toString("hex"), checksum, discard };
  } catch (error) {
    await discard();
    throw error;
  } finally {
    if (packed) gatheringBytes -= payload.sizeBytes;
  }
}

function verify(announced: { algorithm: ChecksumAlgorithm; value: string | null }, trailers: ReadonlyMap<string, string>, checksum: Checksum): void {
  const name = headerOf(announced.algorithm);
  const value = announced.value ?? trailers.get(name);
  if (value === undefined) throw new S3Error("MalformedTrailerError", `The trailer ${name} was announced but did not come.`);
  checkForm(announced.algorithm, value);
  if (value !== checksum.value) throw new S3Error("BadDigest", `The ${announced.algorithm} you specified did not match the calculated checksum.`);
}

/** @throws S3Error InvalidDigest */
export function contentMd5(request: S3Request): Buffer | null {
  const text = request.header("content-md5");
  if (text === undefined) return null;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 16) throw new S3Error("InvalidDigest", "Content-MD5 is not a base64 MD5.");
  return bytes;
}

const maxXmlBytes = 4 * 1024 * 1024;

/**
 * A request's XML body, verified.
 * @param checksumIs what the checksum headers speak of: completing an upload sends the object's
 */
export async function receiveXml(request: S3Request, checksumIs: "of the body" | "of the object" = "of the body"): Promise<string> {
  const wantedMd5 = contentMd5(request);
  const announced = checksumIs === "of the body" ? request.announced : null;
  const payload = request.payload();
  const { text, bytes } = await payload.text(maxXmlBytes);
  if (wantedMd5 && !createHash("md5").update(bytes).digest().equals(wantedMd5)) throw new S3Error("BadDigest");
  if (announced) {
    const running = runningChecksum(announced.algorithm);
    running.update(bytes);
    verify(announced, payload.trailers, { algorithm: announced.algorithm, type: "FULL_OBJECT", value: running.digest().toString("base64") });
  }
  if (text === "") throw new S3Error("MissingRequestBodyError");
  return text;
}
