import type { ServerResponse } from "node:http";
import type { Blobs } from "./disk/blobs";
import type { ObjectBytes } from "./request";

const readBytesAtOnce = 256 * 1024;

/**
 * Reads a range that may lie over several files, one piece after the other, in buffers of its own.
 * The caller holds the blobs.
 */
export async function* readBytes(blobs: Blobs, { blobs: files, first, last }: ObjectBytes): AsyncGenerator<Buffer> {
  let start = 0;
  for (const { id, sizeBytes } of files) {
    const from = Math.max(first - start, 0);
    const end = Math.min(last - start + 1, sizeBytes);
    start += sizeBytes;
    if (from >= end) continue;
    const file = await blobs.open(id);
    try {
      for (let position = from; position < end; ) {
        const buffer = Buffer.allocUnsafe(Math.min(readBytesAtOnce, end - position));
        const bytesRead = await file.read(buffer, position);
        if (bytesRead === 0) throw new Error(`${blobs.pathOf(id)} is shorter than the index says`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }
}

/**
 * Sends bytes no faster than the client takes them. When it goes away, or the disk fails after the head is sent, the
 * connection is cut: the client sees fewer bytes than Content-Length promised.
 */
export async function sendBytes(response: ServerResponse, bytes: AsyncGenerator<Buffer>): Promise<void> {
  // The first piece before the head: a file that is not there can still be answered as an error.
  let next = await bytes.next();
  response.flushHeaders();
  while (!next.done) {
    if (response.destroyed) {
      await bytes.return(undefined);
      return;
    }
    if (!response.write(next.value)) await drained(response);
    next = await bytes.next();
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
