import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

const maxItems = 2_000_000;
const maxSide = 2048;
const maxContentBytes = 8 * 1024 ** 3;

/** An idx file that says what it should; the reading of its items is still to come. */
export type IdxFile = { count: number; rows: number; columns: number; items: AsyncGenerator<Buffer, IdxEnd> };

/** How the items ended: all of them, or why not. */
export type IdxEnd = { problem: string | null };

/**
 * Opens an idx file of bytes, as MNIST's are: labels (one dimension) or pictures (three). Gzip is told by its first bytes.
 * Nothing beyond what the header announces is ever unpacked.
 * http://yann.lecun.com/exdb/mnist/ describes the format.
 * @returns what is wrong with its header, or the file
 */
export async function openIdx(bytes: Readable, dimensions: 1 | 3): Promise<IdxFile | string> {
  const content = new Content(bytes);
  const header = await content.take(4 + 4 * dimensions);
  if (!header) {
    content.close();
    return content.problem ?? "it ends within its header";
  }
  const refuse = (why: string) => {
    content.close();
    return why;
  };
  // two zero bytes, 8 for unsigned bytes, the number of dimensions
  const magic = header.readUInt32BE(0);
  if (magic !== 0x0800 + dimensions) return refuse(`it begins with 0x${magic.toString(16).padStart(8, "0")} instead of 0x0000080${dimensions}`);
  const [count, rows, columns] = [header.readUInt32BE(4), dimensions === 3 ? header.readUInt32BE(8) : 1, dimensions === 3 ? header.readUInt32BE(12) : 1];
  if (count > maxItems) return refuse(`it announces ${count} items; ${maxItems} can be read`);
  if (rows < 1 || columns < 1 || rows > maxSide || columns > maxSide) return refuse(`it announces pictures of ${columns} × ${rows} pixels; up to ${maxSide} can be read`);
  if (count * rows * columns > maxContentBytes) return refuse(`it announces ${count * rows * columns} bytes, which is more than can be read`);
  return { count, rows, columns, items: readItems(content, count, rows * columns) };
}

async function* readItems(content: Content, count: number, itemBytes: number): AsyncGenerator<Buffer, IdxEnd> {
  try {
    for (let i = 0; i < count; i++) {
      const item = await content.take(itemBytes);
      if (!item) return { problem: content.problem ?? `it announces ${count} items and ends after ${i}` };
      yield item;
    }
    return { problem: (await content.take(1)) ? "there is more in it than it announces" : content.problem };
  } finally {
    content.close();
  }
}

/** A stream taken in pieces of a wanted length, unpacked where it is packed; never ahead of what is asked for by more than a piece. */
class Content {
  readonly #bytes: Readable;
  readonly #pieces: AsyncGenerator<Buffer>;
  #held: Buffer[] = [];
  #heldBytes = 0;
  problem: string | null = null;

  constructor(bytes: Readable) {
    this.#bytes = bytes;
    this.#pieces = unpacked(bytes);
  }

  /** @returns null at the end, or when it breaks: then `problem` says why */
  async take(length: number): Promise<Buffer | null> {
    while (this.#heldBytes < length) {
      let next: IteratorResult<Buffer>;
      try {
        next = await this.#pieces.next();
      } catch (error) {
        if (!String((error as { code?: unknown }).code).startsWith("Z_")) throw error;
        this.problem = `it is packed wrongly: ${(error as Error).message}`;
        return null;
      }
      if (next.done) return null;
      this.#held.push(next.value);
      this.#heldBytes += next.value.length;
    }
    const all = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    this.#held = [all.subarray(length)];
    this.#heldBytes = all.length - length;
    return all.subarray(0, length);
  }

  close(): void {
    this.#bytes.destroy();
    void this.#pieces.return(undefined).catch(() => {});
  }
}

async function* unpacked(bytes: Readable): AsyncGenerator<Buffer> {
  const pieces = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await pieces.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const rest = async function* () {
    yield head;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  };
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* rest();
  const gunzip = createGunzip();
  pipeline(Readable.from(rest()), gunzip, () => {});
  for await (const piece of gunzip) yield piece as Buffer;
}
