import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import type { Blob, Change } from "../entries";
import { fromDisk } from "../errors";
import { syncFolder, writeAll, type Files } from "./files";
import { markBytes, recordHeadBytes, segmentHead, segmentHeadBytes, writeRecord } from "./record";
import { hasLaterBatch, readMark, recordsOf } from "./replay";
import type { Reserve } from "./reserve";

/** Where the journal goes on after the changes that the index has. */
export type Position = { segment: string; offset: number; batch: number };

/** Small bytes that are written with the change that refers to them: `blob` gets its place before the change is written. */
export type Body = { blob: Blob; bytes: Buffer };

export type JournalOptions = {
  files: Files;
  /** holds the segments */
  folder: string;
  segmentBytes: number;
  reserve: Reserve;
  /** Lets durable changes take effect, in order. @returns what each append resolves with */
  apply: (changes: Change[], position: Position) => Promise<string[][]>;
  warn: (line: string) => void;
  /** Called once when the disk failed to keep a change: what is on it is then unknown until the next start reads it. */
  onBroken: (error: unknown) => void;
};

type Waiting = { change: Change; body: Body | null; resolve: (freed: string[]) => void; reject: (error: unknown) => void };

/** Bytes of bodies that one batch takes at most: it is held in memory twice. */
const batchBytes = 8 * 1024 * 1024;
const replayedAtOnce = 2000;

/**
 * The store's truth: segments `NUMBER`, appended to, one at a time. Changes that come together are written and synced
 * together with the small bytes that belong to them (a batch), then applied, then acknowledged. A crash leaves at most one
 * batch half written, which nobody was told of; it is cut off at the next start. A bad record that a younger batch follows
 * is damage, and the store refuses to start rather than forget objects.
 */
export class Journal {
  #file!: FileHandle;
  #mark: Buffer = Buffer.alloc(markBytes);
  #segment = "";
  #offset = 0;
  #batch = 0;
  #queue: Waiting[] = [];
  #draining: Promise<void> | null = null;
  /** The batch that is taking effect while the next one is being written. */
  #applying: Promise<void> = Promise.resolve();
  #broken: unknown = null;

  private constructor(private readonly options: JournalOptions) {}

  /**
   * Applies what the index may not have yet.
   * @param from null for an index that has nothing
   */
  static async open(options: JournalOptions, from: Position | null): Promise<Journal> {
    const journal = new Journal(options);
    await options.files.mkdir(options.folder, { recursive: true, mode: 0o700 });
    await journal.#replay(from);
    return journal;
  }

  get position(): Position {
    return { segment: this.#segment, offset: this.#offset, batch: this.#batch };
  }

  /**
   * Makes a change durable, then applies it.
   * @throws S3Error InsufficientStorage when the disk is full; the change then has not happened
   */
  append(change: Change, body: Body | null = null): Promise<string[]> {
    if (this.#broken) return Promise.reject(this.#broken as Error);
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, body, resolve, reject });
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
    for (;;) {
      if (this.#queue.length === 0) await this.#applying;
      // Asked and left in one turn: who is told of the last batch may come back with the next change at once.
      if (this.#queue.length === 0) break;
      const batch = this.#takeBatch();
      this.#batch++;
      try {
        if (this.#offset > this.options.segmentBytes) await this.#beginSegment();
        await this.#write(batch);
      } catch (error) {
        for (const one of batch) one.reject(fromDisk(error));
        continue;
      }
      // One at a time: a checkpoint relies on it that no more than the last batch is yet to take effect.
      await this.#applying;
      this.#applying = this.#apply(batch, this.position);
    }
    this.#draining = null;
  }

  async #apply(batch: Waiting[], position: Position): Promise<void> {
    try {
      // What could not be made to take effect before this must not be passed over.
      if (this.#broken) throw this.#broken as Error;
      const freed = await this.options.apply(batch.map(({ change }) => change), position);
      for (const [i, { resolve }] of batch.entries()) resolve(freed[i]!);
    } catch (error) {
      // The change is durable but not seen: only a new start, which reads the journal, brings both together.
      this.#noteBroken(error);
      for (const one of batch) one.reject(error);
    }
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    const end = this.#queue.findIndex(({ body }, i) => (bytes += body?.bytes.length ?? 0) > batchBytes && i > 0);
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end);
  }

  async #write(batch: Waiting[]): Promise<void> {
    if (this.#broken) throw this.#broken as Error;
    const bytes = this.#layOut(batch);
    try {
      await writeAll(this.#file, bytes, this.#offset);
    } catch (error) {
      const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
      if (full && batch.some(({ change }) => makesRoom.has(change.op)) && (await this.options.reserve.spend())) return this.#write(batch);
      await this.#file.truncate(this.#offset).catch((cause: unknown) => this.#break(cause));
      throw error;
    }
    await this.#file.datasync().catch((cause: unknown) => this.#break(cause));
    this.#offset += bytes.length;
  }

  #layOut(batch: Waiting[]): Buffer {
    const pieces: Buffer[] = [];
    let offset = this.#offset;
    for (const { change, body } of batch) {
      if (body) body.blob.id = `${this.#segment}@${offset + recordHeadBytes}`;
      for (const piece of writeRecord(this.#mark, this.#batch, change, body?.bytes ?? null)) {
        pieces.push(piece);
        offset += piece.length;
      }
    }
    return Buffer.concat(pieces);
  }

  #break(cause: unknown): never {
    this.#noteBroken(cause);
    throw cause;
  }

  #noteBroken(cause: unknown): void {
    if (this.#broken) return;
    this.#broken = cause;
    this.options.onBroken(cause);
  }

  async #beginSegment(): Promise<void> {
    const before = this.#file;
    await this.#create(segmentAfter(this.#segment));
    await before.close();
    await this.options.reserve.fill();
  }

  async #create(segment: string): Promise<void> {
    const { files, folder } = this.options;
    const mark = randomBytes(markBytes);
    const file = await files.open(path.join(folder, segment), constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
    try {
      await writeAll(file, segmentHead(mark), 0);
      await file.sync();
      await syncFolder(files, folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#use(file, mark, segment, segmentHeadBytes);
  }

  #use(file: FileHandle, mark: Buffer, segment: string, offset: number): void {
    this.#file = file;
    this.#mark = mark;
    this.#segment = segment;
    this.#offset = offset;
  }

  async #replay(from: Position | null): Promise<void> {
    const { files, folder } = this.options;
    const all = (await files.readdir(folder)).filter((name) => /^[0-9a-z]{8}$/.test(name)).sort();
    let expected = from?.segment ?? segmentAfter("");
    const rest = all.filter((name) => name >= expected);
    if (all.length === 0 && !from) return this.#create(expected);
    this.#batch = from?.batch ?? 0;
    for (const segment of rest.length > 0 ? rest : [expected]) {
      if (segment !== expected || !all.includes(segment)) {
        throw new Error(`${path.join(folder, expected)} is missing. Put the store's folder back from a backup.`);
      }
      if (this.#segment) await this.#file.close();
      const file = await files.open(path.join(folder, segment), "r+");
      await this.#replaySegment(file, segment, segment === from?.segment ? from.offset : segmentHeadBytes, segment === rest.at(-1));
      expected = segmentAfter(segment);
    }
  }

  async #replaySegment(file: FileHandle, segment: string, offset: number, isLast: boolean): Promise<void> {
    const { folder, warn } = this.options;
    try {
      const mark = await readMark(file);
      const { size } = await file.stat();
      if (!mark && isLast && size <= segmentHeadBytes) {
        await file.close();
        return this.#create(segment);
      }
      if (!mark || size < offset) throw damage(path.join(folder, segment), mark ? size : 0);
      this.#use(file, mark, segment, offset);
      await this.#applyRecords(recordsOf(file, mark, offset));
      if (size === this.#offset) return;
      if (!isLast || (await hasLaterBatch(file, mark, this.#offset, this.#batch + 1))) throw damage(path.join(folder, segment), this.#offset);
      warn(`cut off ${size - this.#offset} bytes of a change that a crash left half written`);
      await file.truncate(this.#offset);
      await file.sync();
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  async #applyRecords(records: ReturnType<typeof recordsOf>): Promise<void> {
    let changes: Change[] = [];
    const flush = async () => {
      if (changes.length > 0) await this.options.apply(changes, this.position);
      changes = [];
    };
    for await (const { change, batch, endOffset } of records) {
      changes.push(change);
      this.#batch = batch;
      this.#offset = endOffset;
      if (changes.length === replayedAtOnce) await flush();
    }
    await flush();
  }
}

const makesRoom = new Set<Change["op"]>(["remove", "marker", "upload-gone", "bucket-gone"]);

function segmentAfter(segment: string): string {
  return (Number.parseInt(segment || "0", 36) + 1).toString(36).padStart(8, "0");
}

function damage(file: string, offset: number): Error {
  return new Error(`${file} is damaged after byte ${offset}. Put the store's folder back from a backup; the bytes of all other objects are untouched.`);
}
