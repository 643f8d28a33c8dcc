import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { crc32 } from "../body/crc";
import type { Change } from "../entries";
import { fromDisk } from "../errors";
import { syncFolder, type Files } from "./files";

/**
 * The store's truth: one append-only file of changes, one a line: `CRC32 BATCH JSON`.
 *
 * Changes that come together are written and synced together (a batch), then applied, then acknowledged. A crash leaves
 * at most one batch half written, which nobody was told of: its bad lines at the end are cut off at the next start. A bad
 * line that younger batches follow is damage, and the store refuses to start rather than forget objects.
 */
export type LogOptions = {
  files: Files;
  folder: string;
  apply: (change: Change) => string[];
  /** for rewriting: how many changes are needed, and which */
  live: () => { count: number; changes: Iterable<Change> };
  warn: (line: string) => void;
  /** Called once when the disk failed to sync: what is on it is then unknown until the next start reads it. */
  onBroken: (error: unknown) => void;
};

type Waiting = { change: Change; resolve: (released: string[]) => void; reject: (error: unknown) => void };

const fileName = "index.log";
const newName = "index.log.new";
const reserveName = "reserve";
const reserveBytes = 256 * 1024;
/** A log is rewritten when it has this many dead lines more than live ones. */
const slackLines = 20_000;

export class Log {
  readonly #options: LogOptions;
  #file!: FileHandle;
  #sizeBytes = 0;
  #lines = 0;
  #batch = 0;
  #rewriteAt = 0;
  #queue: Waiting[] = [];
  #draining: Promise<void> | null = null;
  #broken: unknown = null;
  #hasReserve = false;

  private constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Reads and applies what is there. */
  static async open(options: LogOptions): Promise<Log> {
    const log = new Log(options);
    const { files, folder } = options;
    await files.unlink(path.join(folder, newName)).catch(ignoreMissing);
    log.#file = await files.open(path.join(folder, fileName), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      await log.#replay();
      await syncFolder(files, folder);
      await log.#fillReserve();
      if (log.#isLong()) await log.#rewrite();
    } catch (error) {
      await log.#file.close();
      throw error;
    }
    return log;
  }

  /**
   * Makes a change durable, then applies it.
   * @returns ids of the files that nothing refers to any more
   * @throws S3Error InsufficientStorage when the disk is full; the change then has not happened
   */
  append(change: Change): Promise<string[]> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits for what was asked so far. */
  async close(): Promise<void> {
    await this.#draining;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    // Lets everything that is ready in this turn of the event loop into the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      this.#batch++;
      try {
        await this.#write(batch);
      } catch (error) {
        for (const one of batch) one.reject(fromDisk(error));
        continue;
      }
      this.#lines += batch.length;
      for (const { change, resolve } of batch) resolve(this.#options.apply(change));
      if (this.#isLong()) await this.#rewrite();
    }
    this.#draining = null;
  }

  async #write(batch: Waiting[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    const bytes = Buffer.from(batch.map(({ change }) => line(change, this.#batch)).join(""));
    try {
      await writeAll(this.#file, bytes, this.#sizeBytes);
    } catch (error) {
      const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
      // Deleting is how one makes room, so a full disk must not stand in its way.
      if (full && this.#hasReserve && batch.some(({ change }) => makesRoom.has(change.op))) {
        this.#hasReserve = false;
        await this.#options.files.unlink(path.join(this.#options.folder, reserveName));
        return this.#write(batch);
      }
      await this.#file.truncate(this.#sizeBytes).catch((cause: unknown) => this.#break(cause));
      throw error;
    }
    await this.#file.datasync().catch((cause: unknown) => this.#break(cause));
    this.#sizeBytes += bytes.length;
  }

  #break(cause: unknown): never {
    this.#broken = cause;
    this.#options.onBroken(cause);
    throw cause;
  }

  #isLong(): boolean {
    return this.#lines > Math.max(this.#rewriteAt, 2 * this.#options.live().count + slackLines);
  }

  /** Puts the shortest log that says the same in place of the present one. A failure leaves the present one in use. */
  async #rewrite(): Promise<void> {
    const { files, folder, live, warn } = this.#options;
    const target = path.join(folder, newName);
    try {
      const file = await files.open(target, "w+", 0o600);
      let sizeBytes = 0;
      let lines = 0;
      try {
        let chunk: string[] = [];
        const flush = async () => {
          const bytes = Buffer.from(chunk.join(""));
          await writeAll(file, bytes, sizeBytes);
          sizeBytes += bytes.length;
          chunk = [];
        };
        for (const change of live().changes) {
          chunk.push(line(change, 0));
          lines++;
          if (chunk.length === 2000) await flush();
        }
        await flush();
        await file.sync();
        await files.rename(target, path.join(folder, fileName));
      } catch (error) {
        await file.close();
        throw error;
      }
      await this.#file.close();
      this.#file = file;
      this.#sizeBytes = sizeBytes;
      this.#lines = lines;
      await syncFolder(files, folder);
      await this.#fillReserve();
    } catch (error) {
      this.#rewriteAt = this.#lines * 2;
      warn(`could not shorten the index, going on with the long one: ${(error as Error).message}`);
      await files.unlink(target).catch(ignoreMissing);
    }
  }

  /** A little room kept back, see #write. Not having it is no failure. */
  async #fillReserve(): Promise<void> {
    const { files, folder } = this.#options;
    const target = path.join(folder, reserveName);
    try {
      const file = await files.open(target, "w", 0o600);
      try {
        await writeAll(file, Buffer.alloc(reserveBytes, 1), 0);
        await file.sync();
        this.#hasReserve = true;
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      this.#options.warn("the disk is full: only deleting will work");
      await files.unlink(target).catch(ignoreMissing);
    }
  }

  async #replay(): Promise<void> {
    let goodBytes = 0;
    let lastBatch = 0;
    let bad = false;
    for await (const bytes of linesOf(this.#file)) {
      const parsed = parse(bytes);
      if (!parsed) {
        bad = true;
        continue;
      }
      if (bad) {
        if (parsed.batch <= lastBatch + 1) continue;
        throw new Error(
          `${path.join(this.#options.folder, fileName)} is damaged after byte ${goodBytes}. ` +
            "Put the folder back from a backup; the objects' files under blobs/ are untouched.",
        );
      }
      goodBytes += bytes.length + 1;
      lastBatch = parsed.batch;
      this.#lines++;
      this.#options.apply(parsed.change);
    }
    this.#batch = lastBatch;
    const { size } = await this.#file.stat();
    if (size > goodBytes) {
      this.#options.warn(`cut off ${size - goodBytes} bytes of a change that a crash left half written`);
      await this.#file.truncate(goodBytes);
      await this.#file.sync();
    }
    this.#sizeBytes = goodBytes;
  }
}

const makesRoom = new Set<Change["op"]>(["delete", "upload-gone", "bucket-gone"]);

function line(change: Change, batch: number): string {
  const text = `${batch} ${JSON.stringify(change)}`;
  return `${crc32(Buffer.from(text)).toString(16).padStart(8, "0")} ${text}\n`;
}

function parse(bytes: Buffer): { batch: number; change: Change } | null {
  if (bytes.length < 11 || crc32(bytes.subarray(9)) !== Number.parseInt(bytes.toString("latin1", 0, 8), 16)) return null;
  const text = bytes.toString("utf8", 9);
  const space = text.indexOf(" ");
  return { batch: Number(text.slice(0, space)), change: JSON.parse(text.slice(space + 1)) as Change };
}

/** Lines without their ends; the last one only if it is ended, or as an empty one if not, which no check lets pass. */
async function* linesOf(file: FileHandle): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(1 << 20);
  let rest: Buffer = Buffer.alloc(0);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      yield data.subarray(0, end);
      data = data.subarray(end + 1);
    }
    rest = data;
  }
  if (rest.length > 0) yield Buffer.alloc(0);
}

/** FileHandle.write may write less than it was given. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
