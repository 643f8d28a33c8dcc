import { S3Error } from "../errors";

/** S3's bound for all that comes before the file. */
const maxFieldsBytes = 20 * 1024;
const maxPartHeadBytes = 4 * 1024;
const maxFields = 100;
/** A rest up to this is held whole, so that the file may be followed by other fields. */
const maxHeldBytes = 1024 * 1024;

export type FormData = {
  /** by name in lower case */
  fields: Map<string, string>;
  file: { name: string; contentType: string | undefined; sizeBytes: number; bytes: AsyncIterable<Buffer> };
};

/** @throws S3Error PreconditionFailed for another kind of body, MalformedPOSTRequest without a boundary */
export function boundaryOf(contentType: string | undefined): string {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((text) => text.trim());
  if (type.toLowerCase() !== "multipart/form-data") throw new S3Error("PreconditionFailed", undefined, {}, { elements: { Condition: "Bucket POST must be of the enclosure-type multipart/form-data" } });
  const boundary = /^boundary="?([^"]{1,70})"?$/i.exec(parameters.find((text) => /^boundary=/i.test(text)) ?? "")?.[1];
  if (!boundary) throw new S3Error("MalformedPOSTRequest");
  return boundary;
}

/**
 * Reads a form up to its file, whose bytes come as they are asked for. What follows the file is ignored where the rest
 * is small; else the file must be the last field, as S3 asks, since its size must be known before it is read.
 * @param sizeBytes of the whole body
 */
export async function readFormData(source: AsyncIterable<Buffer>, boundary: string, sizeBytes: number): Promise<FormData> {
  const reader = new MarkReader(source);
  const fields = new Map<string, string>();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let leftBytes = maxFieldsBytes;
  const until = async (mark: Buffer, maxBytes = leftBytes) => {
    const bytes = await reader.until(mark, Math.min(maxBytes, leftBytes));
    leftBytes -= bytes.length;
    return bytes.toString("utf8");
  };
  await until(delimiter.subarray(2), maxPartHeadBytes);
  for (;;) {
    const follows = await until(crlf, 2);
    if (follows === "--") throw new S3Error("InvalidArgument", "POST requires exactly one file upload per request.");
    if (follows !== "") throw new S3Error("MalformedPOSTRequest");
    const head = await until(headEnd, maxPartHeadBytes);
    const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1] ?? "";
    const name = parameterOf(disposition, "name")?.toLowerCase();
    if (!name) throw new S3Error("MalformedPOSTRequest");
    if (name === "file") {
      const contentType = /^content-type:\s*(.*)$/im.exec(head)?.[1]?.trim();
      const fileName = (parameterOf(disposition, "filename") ?? "").replace(/^.*[/\\]/s, "");
      return { fields, file: { name: fileName, contentType, ...(await fileOf(reader, delimiter, sizeBytes - reader.consumedBytes)) } };
    }
    if (fields.size >= maxFields) throw new S3Error("MaxPostPreDataLengthExceeded");
    fields.set(name, await until(delimiter));
  }
}

const crlf = Buffer.from("\r\n");
const headEnd = Buffer.from("\r\n\r\n");

function parameterOf(disposition: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[;\\s])${name}="((?:[^"\\\\]|\\\\.)*)"`, "i").exec(disposition);
  return match?.[1]?.replace(/\\(["\\])/g, "$1").replaceAll("%22", '"');
}

async function fileOf(reader: MarkReader, delimiter: Buffer, restBytes: number): Promise<{ sizeBytes: number; bytes: AsyncIterable<Buffer> }> {
  if (restBytes <= maxHeldBytes) {
    const bytes = await reader.until(delimiter, restBytes);
    return { sizeBytes: bytes.length, bytes: [bytes] as unknown as AsyncIterable<Buffer> };
  }
  const sizeBytes = restBytes - delimiter.length - "--\r\n".length;
  return { sizeBytes, bytes: exactly(reader, sizeBytes, delimiter) };
}

/** @throws S3Error InvalidArgument when the file ends elsewhere than it must if it is the last field */
async function* exactly(reader: MarkReader, sizeBytes: number, delimiter: Buffer): AsyncGenerator<Buffer> {
  let rest = sizeBytes;
  for (let bytes = await reader.someBefore(delimiter); bytes !== null; bytes = await reader.someBefore(delimiter)) {
    rest -= bytes.length;
    if (rest < 0) break;
    yield bytes;
  }
  if (rest !== 0) throw new S3Error("InvalidArgument", "The file must be the last field of the form.");
}

/** Reads what comes before a mark, holding no more than it was allowed. */
class MarkReader {
  consumedBytes = 0;
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** @throws S3Error MaxPostPreDataLengthExceeded, MalformedPOSTRequest when the body ends before */
  async until(mark: Buffer, maxBytes: number): Promise<Buffer> {
    for (let from = 0; ; ) {
      const at = this.#held.indexOf(mark, from);
      if (at > maxBytes || (at < 0 && this.#held.length > maxBytes + mark.length)) throw new S3Error("MaxPostPreDataLengthExceeded");
      if (at >= 0) {
        const bytes = this.#held.subarray(0, at);
        this.#take(at + mark.length);
        return bytes;
      }
      from = Math.max(0, this.#held.length - mark.length + 1);
      await this.#more();
    }
  }

  /** Bytes that are not part of the mark; null when it follows. */
  async someBefore(mark: Buffer): Promise<Buffer | null> {
    while (this.#held.length < mark.length) await this.#more();
    const at = this.#held.indexOf(mark);
    if (at === 0) return null;
    const bytes = this.#held.subarray(0, at > 0 ? at : this.#held.length - mark.length + 1);
    this.#take(bytes.length);
    return bytes;
  }

  #take(count: number): void {
    this.#held = this.#held.subarray(count);
    this.consumedBytes += count;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw new S3Error("MalformedPOSTRequest");
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
  }
}
