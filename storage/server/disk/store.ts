import path from "node:path";
import type { Change, VersionNumber } from "../entries";
import { S3Error } from "../errors";
import { Blobs } from "./blobs";
import type { Bucket } from "./bucket";
import { Catalogue } from "./catalogue";
import { Checkpoints } from "./checkpoints";
import { compactSegments } from "./compact";
import type { Files } from "./files";
import { Journal, type Body } from "./journal";
import { lockFolder } from "./lock";
import { OrderedRows } from "./ordered-rows";
import { Reserve } from "./reserve";
import { Room } from "./room";
import { takeOverLog } from "./take-over";

export type StoreFolderOptions = {
  files: Files;
  root: string;
  /** Uploads are refused before the disk has less room than this. */
  minFreeBytes: number;
  warn: (line: string) => void;
  onBroken: (error: unknown) => void;
  /** default 64 MiB; for tests */
  segmentBytes?: number;
};

/** The folder on disk with its index; the one writer of both. */
export class StoreFolder {
  /** Who waits for a key; a change of one key sees the outcome of the one before. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #room: Room;

  private constructor(
    private readonly options: StoreFolderOptions,
    readonly blobs: Blobs,
    private readonly journal: Journal,
    private readonly lock: { release(): Promise<void> },
    readonly catalogue: Catalogue,
  ) {
    this.#room = new Room(options.files, options.root, options.minFreeBytes);
  }

  static async open(options: StoreFolderOptions): Promise<StoreFolder> {
    const { files, root, warn, onBroken } = options;
    await files.mkdir(root, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(files, root);
    let rows: OrderedRows | null = null;
    try {
      const reserve = new Reserve(files, root, warn);
      rows = await OrderedRows.open(path.join(root, "index"));
      const catalogue = await Catalogue.open(rows);
      const checkpoints = new Checkpoints((position) => void catalogue.setCheckpoint(position).catch(onBroken));
      const segments = path.join(root, "segments");
      const journal: Journal = await Journal.open(
        {
          files,
          folder: segments,
          segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
          reserve,
          async apply(changes, position) {
            const freed = await catalogue.apply(changes, position);
            checkpoints.passed(position, catalogue.rows.writtenBytes);
            return freed;
          },
          warn,
          onBroken,
        },
        catalogue.checkpoint,
      );
      const loose = { add: (id: string) => catalogue.addLoose(id), drop: (ids: readonly string[]) => catalogue.dropLoose(ids) };
      const blobs = await Blobs.open(files, path.join(root, "blobs"), segments, loose, warn);
      await takeOverLog({ files, root, blobs, journal, catalogue, warn });
      const folder = new StoreFolder(options, blobs, journal, lock, catalogue);
      await folder.#removeLoose();
      await reserve.fill();
      return folder;
    } catch (error) {
      await rows?.close();
      await lock.release();
      throw error;
    }
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.catalogue.buckets.get(name);
    if (!bucket || bucket.closing) throw new S3Error("NoSuchBucket");
    return bucket;
  }

  nextVersion(bucket: string): VersionNumber {
    return this.catalogue.nextVersion(this.bucket(bucket));
  }

  /**
   * Makes a change durable and lets it take effect; files that it frees go afterwards.
   * @param body small bytes that the change brings with it
   */
  async commit(change: Change, body: Body | null = null): Promise<void> {
    const bucket = change.op === "bucket" || change.op === "bucket-gone" ? null : this.bucket(change.bucket);
    if (bucket) bucket.pending++;
    let freed: string[];
    try {
      freed = await this.journal.append(change, body);
    } finally {
      if (bucket) bucket.pending--;
    }
    // Not waited for: what the client asked is done, and a file left over is removed at the next start.
    if (freed.length > 0) void this.blobs.remove(freed);
  }

  /**
   * Runs `act` when everyone before has finished with this key, so that a condition it checks still holds when its
   * change is written.
   */
  async inTurn<T>(bucket: string, key: string, act: () => Promise<T>): Promise<T> {
    const name = `${bucket}/${key}`;
    const before = this.#turns.get(name) ?? Promise.resolve();
    const mine = before.then(act, act);
    this.#turns.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(name) === mine) this.#turns.delete(name);
    }
  }

  /**
   * Refuses what cannot fit before any of it is read, and keeps some room for everything else on the disk.
   * @throws S3Error InsufficientStorage
   */
  requireRoom(sizeBytes: number): Promise<void> {
    return this.#room.require(sizeBytes);
  }

  /** Gives the room of deleted small objects back. */
  compact(): Promise<string[]> {
    return compactSegments(this, this.options.files, path.join(this.options.root, "segments"));
  }

  async close(): Promise<void> {
    await this.journal.close();
    await this.blobs.forgetRemoved();
    // All is written: the next start has nothing to read again.
    await this.catalogue.setCheckpoint(this.journal.position);
    await this.catalogue.rows.close();
    await this.lock.release();
  }

  async #removeLoose(): Promise<void> {
    const left: string[] = [];
    for await (const id of this.catalogue.loose()) left.push(id);
    await this.blobs.remove(left);
    await this.blobs.forgetRemoved();
    if (left.length > 0) this.options.warn(`removed ${left.length} files of uploads that were never finished`);
  }
}
