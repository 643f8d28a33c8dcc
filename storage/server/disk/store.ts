import path from "node:path";
import type { Change } from "../entries";
import { S3Error } from "../errors";
import { Blobs } from "./blobs";
import { Catalogue, type Bucket } from "./catalogue";
import type { Files } from "./files";
import { lockFolder } from "./lock";
import { Log } from "./log";

export type StoreFolderOptions = {
  files: Files;
  root: string;
  /** Uploads are refused before the disk has less room than this. */
  minFreeBytes: number;
  warn: (line: string) => void;
  onBroken: (error: unknown) => void;
};

/** Uploads begun longer ago were given up by whoever began them. */
const abandonedMs = 7 * 24 * 3600 * 1000;

/** The folder on disk with its index in memory; the one writer of both. */
export class StoreFolder {
  /** Who waits for a key; a change of one key sees the outcome of the one before. */
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly options: StoreFolderOptions,
    readonly blobs: Blobs,
    private readonly log: Log,
    private readonly lock: { release(): Promise<void> },
    readonly catalogue: Catalogue,
  ) {}

  static async open(options: StoreFolderOptions): Promise<StoreFolder> {
    const { files, root, warn } = options;
    await files.mkdir(root, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(files, root);
    try {
      const catalogue = new Catalogue();
      const log = await Log.open({
        files,
        folder: root,
        apply: (change) => catalogue.apply(change),
        live: () => ({ count: catalogue.liveChanges, changes: catalogue.changes() }),
        warn,
        onBroken: options.onBroken,
      });
      const blobs = new Blobs(files, path.join(root, "blobs"), warn);
      const folder = new StoreFolder(options, blobs, log, lock, catalogue);
      await folder.#dropAbandoned(Date.now());
      await blobs.sweep(catalogue.liveBlobs());
      return folder;
    } catch (error) {
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

  /** Makes a change durable and lets it take effect; files that it frees go afterwards. */
  async commit(change: Change): Promise<void> {
    const bucket = change.op === "bucket" || change.op === "bucket-gone" ? null : this.bucket(change.bucket);
    if (bucket) bucket.pending++;
    let freed: string[];
    try {
      freed = await this.log.append(change);
    } finally {
      if (bucket) bucket.pending--;
    }
    // Not waited for: what the client asked is done, and a file left over is swept at the next start.
    void this.blobs.remove(freed);
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
  async requireRoom(sizeBytes: number): Promise<void> {
    const { bavail, bsize } = await this.options.files.statfs(this.options.root);
    if (bavail * bsize < sizeBytes + this.options.minFreeBytes) throw new S3Error("InsufficientStorage");
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.lock.release();
  }

  async #dropAbandoned(nowMs: number): Promise<void> {
    for (const bucket of this.catalogue.buckets.values()) {
      for (const { upload } of [...bucket.uploads.values()]) {
        if (nowMs - upload.startedAtMs < abandonedMs) continue;
        await this.log.append({ op: "upload-gone", bucket: bucket.name, upload: upload.id });
      }
    }
  }
}
