/**
 * Frames on a byte stream: two little-endian lengths of 32 bits, a JSON text, and raw bytes.
 *
 *   [JSON length][bytes length][JSON, UTF-8][bytes]
 *
 * Node's own IPC channel would take a message of any size from a child and hand its parent no way to pause it.
 */
const headerBytes = 8;

/** @param message an object; a Uint8Array under `bytes` goes as raw bytes behind the JSON */
export function encodeFrame(message: object): Buffer[] {
  const { bytes, ...rest } = message as { bytes?: unknown };
  const json = Buffer.from(JSON.stringify(rest));
  const raw = bytes instanceof Uint8Array ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : null;
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(json.length, 0);
  // A frame without bytes differs from one with none of them.
  header.writeUInt32LE(raw ? raw.length + 1 : 0, 4);
  return raw ? [header, json, raw] : [header, json];
}

/** Puts frames together from whatever pieces the stream comes in. Holds at most one frame and one piece. */
export class FrameDecoder {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;

  /** @param maxBytes of a whole frame */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @returns the messages complete by now, not yet checked against any schema
   * @throws Error when a frame is too large or is not JSON: the stream is of no use any more
   */
  push(piece: Buffer): unknown[] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    const messages: unknown[] = [];
    for (;;) {
      if (this.#length < headerBytes) return messages;
      const header = this.#peek(headerBytes);
      const jsonBytes = header.readUInt32LE(0);
      const raw = header.readUInt32LE(4);
      const rawBytes = Math.max(0, raw - 1);
      const whole = headerBytes + jsonBytes + rawBytes;
      if (whole > this.#maxBytes) throw new Error(`a frame of ${whole} bytes; ${this.#maxBytes} are allowed`);
      if (this.#length < whole) return messages;
      const frame = this.#take(whole);
      const message: unknown = JSON.parse(frame.toString("utf8", headerBytes, headerBytes + jsonBytes));
      if (typeof message !== "object" || message === null || Array.isArray(message)) throw new Error("a frame that holds no object");
      messages.push(raw > 0 ? { ...message, bytes: new Uint8Array(frame.subarray(headerBytes + jsonBytes)) } : message);
    }
  }

  /** The first bytes, without taking them. */
  #peek(count: number): Buffer {
    if (this.#pieces[0]!.length < count) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }

  #take(count: number): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#length -= count;
    this.#pieces = this.#length > 0 ? [all.subarray(count)] : [];
    return all.subarray(0, count);
  }
}
