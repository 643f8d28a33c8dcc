import { createHash } from "node:crypto";
import { checkForm, headerOf, runningChecksum } from "../body/checksum";
import type { Blob, Checksum, ChecksumAlgorithm } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";
import type { StoreFolder } from "../disk/store";

export type Received = {
  /** null when the body is empty */
  blob: Blob | null;
  sizeBytes: number;
  md5: string;
  checksum?: Checksum;
  /** Removes the bytes: for when nothing comes to refer to them. */
  discard(): Promise<void>;
};

/**
 * Takes a request's body to disk, hashing on the way. When it returns, the bytes are durable and every check that the
 * client asked for has passed; when it throws, nothing is left.
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
  const writer = payload.sizeBytes > 0 ? await store.blobs.create() : null;
  const discard = async () => writer?.discard();
  try {
    for await (const bytes of payload) {
      md5.update(bytes);
      running?.update(bytes);
      await writer?.write(bytes);
    }
    const digest = md5.digest();
    if (wantedMd5 && !digest.equals(wantedMd5)) throw new S3Error("BadDigest", "The body does not match its Content-MD5; nothing was kept.");
    const checksum: Checksum | undefined = algorithm && { algorithm, type: "FULL_OBJECT", value: running!.digest().toString("base64") };
    if (announced) verify(announced, payload.trailers, checksum!);
    return { blob: (await writer?.commit()) ?? null, sizeBytes: payload.sizeBytes, md5: digest.toString("hex"), checksum, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

function verify(announced: { algorithm: ChecksumAlgorithm; value: string | null }, trailers: ReadonlyMap<string, string>, checksum: Checksum): void {
  const name = headerOf(announced.algorithm);
  const value = announced.value ?? trailers.get(name);
  if (value === undefined) throw new S3Error("MalformedTrailerError", `The trailer ${name} was announced but did not come.`);
  checkForm(announced.algorithm, value);
  if (value !== checksum.value) throw new S3Error("BadDigest", `The body does not match its ${name}; nothing was kept.`);
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
