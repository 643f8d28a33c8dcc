import { createHash } from "node:crypto";
import type { PayloadMode } from "../auth/authenticate";
import { chunkToSign, sameSignature, sign, trailerToSign } from "../auth/signature";
import { S3Error } from "../errors";
import { ByteReader } from "./byte-reader";

const maxLineBytes = 1024;
const maxTrailers = 10;

/**
 * A request's body as the client meant it, without the framing of aws-chunked, checked against what was signed. Bytes
 * come before they are known to be right: only after the last one may they be believed, for then every check has passed.
 */
export class Payload {
  /** filled when the body has been read */
  readonly trailers = new Map<string, string>();
  #bytes: AsyncIterable<Buffer>;

  /**
   * @param source the raw body
   * @param sizeBytes what the client says the content has, framing not counted
   */
  constructor(source: AsyncIterable<Buffer>, mode: PayloadMode, readonly sizeBytes: number) {
    if (mode.kind === "chunked") this.#bytes = this.#unframed(new ByteReader(source), mode);
    else if (mode.kind === "sha256") this.#bytes = hashed(source, mode.hex);
    else this.#bytes = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let seen = 0;
    for await (const bytes of this.#bytes) {
      seen += bytes.length;
      if (seen > this.sizeBytes) throw new S3Error("IncompleteBody", "The body is longer than was announced.");
      if (bytes.length > 0) yield bytes;
    }
    if (seen !== this.sizeBytes) throw new S3Error("IncompleteBody");
  }

  /** For XML. @throws S3Error EntityTooLarge before more than `maxBytes` are held */
  async text(maxBytes: number): Promise<{ text: string; bytes: Buffer }> {
    if (this.sizeBytes > maxBytes) throw new S3Error("EntityTooLarge", `This request's body may have at most ${maxBytes} bytes.`);
    const parts: Buffer[] = [];
    for await (const bytes of this) parts.push(bytes);
    const bytes = Buffer.concat(parts);
    return { text: bytes.toString("utf8"), bytes };
  }

  async *#unframed(reader: ByteReader, mode: Extract<PayloadMode, { kind: "chunked" }>): AsyncGenerator<Buffer> {
    const { signed } = mode;
    let previous = signed?.seed ?? "";
    for (;;) {
      const head = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.line(maxLineBytes));
      if (!head) throw new S3Error("IncompleteBody", "The aws-chunked body is malformed.");
      const size = Number.parseInt(head[1]!, 16);
      const hash = signed ? createHash("sha256") : null;
      for (let rest = size; rest > 0; ) {
        const bytes = await reader.some(rest);
        rest -= bytes.length;
        hash?.update(bytes);
        yield bytes;
      }
      if (signed) {
        const expected = sign(signed.key, chunkToSign(signed.time, signed.scope, previous, hash!.digest("hex")));
        if (!sameSignature(expected, head[2] ?? "")) throw new S3Error("SignatureDoesNotMatch", "A chunk's signature does not match.");
        previous = expected;
      }
      if (size === 0) break;
      if ((await reader.line(maxLineBytes)) !== "") throw new S3Error("IncompleteBody", "A chunk is longer than it says.");
    }
    if (mode.trailer) await this.#readTrailers(reader, signed, previous);
    else if ((await reader.line(maxLineBytes)) !== "") throw new S3Error("IncompleteBody", "There is something after the last chunk.");
    if (!(await reader.isAtEnd())) throw new S3Error("IncompleteBody", "There is something after the body's end.");
  }

  async #readTrailers(reader: ByteReader, signed: Extract<PayloadMode, { kind: "chunked" }>["signed"], previous: string): Promise<void> {
    let signature = "";
    let count = 0;
    for (let line = await reader.line(maxLineBytes); line !== ""; line = await reader.line(maxLineBytes)) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).trim().toLowerCase();
      if (colon < 1 || ++count > maxTrailers) throw new S3Error("MalformedTrailerError");
      if (name === "x-amz-trailer-signature") signature = line.slice(colon + 1).trim();
      else this.trailers.set(name, line.slice(colon + 1).trim());
    }
    if (!signed) return;
    const text = [...this.trailers].map(([name, value]) => `${name}:${value}\n`).join("");
    const expected = sign(signed.key, trailerToSign(signed.time, signed.scope, previous, text));
    if (!sameSignature(expected, signature)) throw new S3Error("SignatureDoesNotMatch", "The trailer's signature does not match.");
  }
}

async function* hashed(source: AsyncIterable<Buffer>, hex: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const bytes of source) {
    hash.update(bytes);
    yield bytes;
  }
  if (hash.digest("hex") !== hex) throw new S3Error("XAmzContentSHA256Mismatch");
}
