import { allocate, type NativeArray, type NativeType } from "./dtypes";

/**
 * Buffers of finished tensors, for the next of the same size. Fresh memory costs a page fault for every 4 KiB, more
 * than the arithmetic of most operations; a training step asks for the same sizes again and again.
 */
export class BufferPool {
  /** by type and length, the least recently used first */
  #free = new Map<string, NativeArray[]>();
  #bytes = 0;

  constructor(readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Its contents are whatever they were. */
  take(dtype: NativeType, length: number): NativeArray {
    const buffer = this.#free.get(`${dtype}${length}`)?.pop();
    if (!buffer) return allocate(dtype, length);
    this.#bytes -= buffer.byteLength;
    return buffer;
  }

  /** The caller must not touch it again. */
  give(dtype: NativeType, buffer: NativeArray): void {
    if (buffer.byteLength > this.maxBytes) return;
    const key = `${dtype}${buffer.length}`;
    const peers = this.#free.get(key) ?? [];
    peers.push(buffer);
    this.#free.delete(key);
    this.#free.set(key, peers);
    this.#bytes += buffer.byteLength;
    for (const [oldest, buffers] of this.#free) {
      if (this.#bytes <= this.maxBytes) break;
      while (buffers.length > 0 && this.#bytes > this.maxBytes) this.#bytes -= buffers.pop()!.byteLength;
      if (buffers.length === 0) this.#free.delete(oldest);
    }
  }

  clear(): void {
    this.#free.clear();
    this.#bytes = 0;
  }
}
