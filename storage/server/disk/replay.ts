import type { FileHandle } from "node:fs/promises";
import type { Change } from "../entries";
import { markBytes, markOf, readChange, readRecordHead, recordHeadBytes, segmentHeadBytes } from "./record";

export type Replayed = { change: Change; batch: number; endOffset: number };

/** Bytes at a place; fewer at the file's end. */
export async function readAt(file: FileHandle, position: number, count: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(count);
  let done = 0;
  while (done < count) {
    const { bytesRead } = await file.read(buffer, done, count - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

/** @returns null when its head was never written as a whole */
export async function readMark(file: FileHandle): Promise<Buffer | null> {
  return markOf(await readAt(file, 0, segmentHeadBytes));
}

/** The records of a segment from an offset on, up to the first that is not whole. */
export async function* recordsOf(file: FileHandle, mark: Buffer, offset: number): AsyncGenerator<Replayed, void, undefined> {
  for (let at = offset; ; ) {
    const head = readRecordHead(mark, await readAt(file, at, recordHeadBytes));
    if (!head) return;
    const length = head.bodyBytes + head.changeBytes;
    const { size } = await file.stat();
    if (at + recordHeadBytes + length > size) return;
    const change = readChange(head, await readAt(file, at + recordHeadBytes, length));
    if (!change) return;
    at += recordHeadBytes + length;
    yield { change, batch: head.batch, endOffset: at };
  }
}

/** Whether a record of a batch after `batch` stands anywhere behind an offset: then what is before it was once whole. */
export async function hasLaterBatch(file: FileHandle, mark: Buffer, offset: number, batch: number): Promise<boolean> {
  const step = 1 << 20;
  for (let at = offset; ; at += step) {
    const bytes = await readAt(file, at, step + markBytes - 1);
    for (let found = bytes.indexOf(mark); found >= 0; found = bytes.indexOf(mark, found + 1)) {
      const head = readRecordHead(mark, await readAt(file, at + found, recordHeadBytes));
      if (head && head.batch > batch) return true;
    }
    if (bytes.length < step + markBytes - 1) return false;
  }
}
