import { S3Error } from "../errors";

/** Reads lines and runs of bytes from a stream of buffers, holding no more than one buffer and one line. */
export class ByteReader {
  #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** A line without its CRLF. @throws S3Error IncompleteBody when the stream ends before */
  async line(maxBytes: number): Promise<string> {
    let held = this.#rest;
    for (;;) {
      const end = held.indexOf("\r\n");
      if (end >= 0 && end <= maxBytes) {
        this.#rest = held.subarray(end + 2);
        return held.toString("latin1", 0, end);
      }
      if (held.length > maxBytes) throw new S3Error("InvalidRequest", "A line of the aws-chunked body is too long.");
      const { done, value } = await this.#source.next();
      if (done) throw new S3Error("IncompleteBody");
      held = held.length === 0 ? value : Buffer.concat([held, value]);
    }
  }

  /** 1 to `maxBytes` bytes. @throws S3Error IncompleteBody when the stream ends before */
  async some(maxBytes: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) throw new S3Error("IncompleteBody");
      this.#rest = value;
    }
    const bytes = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return true;
      this.#rest = value;
    }
    return false;
  }
}
