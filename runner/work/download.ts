import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { statfs } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Transform } from "node:stream";
import { formatBytes } from "#lib/domain/units";
import type { ObjectStore } from "#storage/object-store";
import { diskFull } from "./words";

export type Downloaded = { sizeBytes: number; /** hex */ sha256: string };

/**
 * Copies an object into a file, whatever its size, through little memory.
 * @throws LatheError as the store has it, or `disk_full`
 */
export async function download(store: ObjectStore, from: { bucket: string; key: string }, file: string, signal: AbortSignal): Promise<Downloaded> {
  const { body } = await store.get(from.bucket, from.key, { signal });
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const count = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      sizeBytes += piece.length;
      done(null, piece);
    },
  });
  try {
    await pipeline(body, count, createWriteStream(file, { mode: 0o644 }), { signal });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw diskFull();
    throw error;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** What must stay free beside what is asked for. */
const spareBytes = 256 * 1024 ** 2;

/** @throws LatheError `disk_full` before any byte is copied */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes + spareBytes) return;
  throw diskFull(`: ${formatBytes(neededBytes)} are needed and ${formatBytes(freeBytes)} are free`);
}
