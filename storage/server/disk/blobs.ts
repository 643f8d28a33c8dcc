import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import type { Blob } from "../entries";
import { fromDisk } from "../errors";
import { FolderSync, syncFolder, type Files } from "./files";
import { writeAll } from "./log";

/** Files for one folder: few enough to list quickly, many enough that writers at one time share a folder and its sync. */
const filesPerFolder = 4096;
/** Small pieces are gathered to this before they are written; it is what one upload holds in memory. */
const gatherBytes = 512 * 1024;

/**
 * The objects' bytes: files `blobs/FOLDER/NAME`, named by chance, never by key, written once. What the log does not
 * refer to is swept at start: that is how a crash in the middle of an upload leaves nothing.
 */
export class Blobs {
  #current: { id: number; made: Promise<FolderSync>; count: number } | null = null;
  #nextFolder = 1;
  /** files being read, which must stay until they are let go */
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(private readonly files: Files, private readonly root: string, private readonly warn: (line: string) => void) {}

  /**
   * Removes what nothing refers to, and tells of what is missing.
   * @param live ids with sizes that the log refers to
   */
  async sweep(live: ReadonlyMap<string, number>): Promise<void> {
    await this.files.mkdir(this.root, { recursive: true, mode: 0o700 });
    let found = 0;
    let swept = 0;
    for (const folder of await this.files.readdir(this.root)) {
      const id = Number.parseInt(folder, 36);
      if (!/^[0-9a-z]{6}$/.test(folder)) continue;
      this.#nextFolder = Math.max(this.#nextFolder, id + 1);
      const names = await this.files.readdir(path.join(this.root, folder));
      let kept = 0;
      for (const name of names) {
        if (live.has(`${folder}/${name}`)) kept++;
        else {
          await this.files.unlink(path.join(this.root, folder, name));
          swept++;
        }
      }
      found += kept;
      if (kept === 0) await this.files.rmdir(path.join(this.root, folder));
    }
    if (swept > 0) this.warn(`removed ${swept} files of uploads that were never finished`);
    if (found < live.size) this.warn(`${live.size - found} of ${live.size} objects' files are missing under ${this.root}: put them back from a backup`);
  }

  /** @throws S3Error InsufficientStorage */
  async create(): Promise<BlobWriter> {
    try {
      const { id, folder } = await this.#place();
      const file = await this.files.open(this.pathOf(id), "wx", 0o600);
      return new BlobWriter(id, file, folder, () => this.remove([id]));
    } catch (error) {
      throw fromDisk(error);
    }
  }

  /** The same bytes under a second id: files are never changed, so a hard link is a copy. */
  async duplicate(blob: Blob): Promise<Blob> {
    try {
      const { id, folder } = await this.#place();
      await this.files.link(this.pathOf(blob.id), this.pathOf(id));
      await folder.sync();
      return { id, sizeBytes: blob.sizeBytes };
    } catch (error) {
      throw fromDisk(error);
    }
  }

  async open(id: string): Promise<FileHandle> {
    return this.files.open(this.pathOf(id), "r");
  }

  /** Keeps files from being removed until `release`. */
  hold(blobs: readonly Blob[]): { release(): void } {
    for (const { id } of blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        for (const { id } of blobs) {
          const rest = this.#readers.get(id)! - 1;
          if (rest > 0) this.#readers.set(id, rest);
          else {
            this.#readers.delete(id);
            if (this.#doomed.delete(id)) void this.#unlink(id);
          }
        }
      },
    };
  }

  /** A file that cannot be removed now is swept at the next start. */
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#readers.has(id)) this.#doomed.add(id);
      else await this.#unlink(id);
    }
  }

  pathOf(id: string): string {
    return path.join(this.root, id);
  }

  async #unlink(id: string): Promise<void> {
    try {
      await this.files.unlink(this.pathOf(id));
    } catch (error) {
      this.warn(`could not remove blobs/${id}: ${(error as Error).message}`);
    }
  }

  async #place(): Promise<{ id: string; folder: FolderSync }> {
    if (!this.#current || this.#current.count >= filesPerFolder) {
      const id = this.#nextFolder++;
      this.#current = { id, made: this.#makeFolder(id), count: 0 };
    }
    const current = this.#current;
    current.count++;
    try {
      return { id: `${folderName(current.id)}/${randomBytes(12).toString("hex")}`, folder: await current.made };
    } catch (error) {
      if (this.#current === current) this.#current = null;
      throw error;
    }
  }

  async #makeFolder(id: number): Promise<FolderSync> {
    const folder = path.join(this.root, folderName(id));
    await this.files.mkdir(folder, { recursive: true, mode: 0o700 });
    await syncFolder(this.files, this.root);
    return new FolderSync(this.files, folder);
  }
}

function folderName(id: number): string {
  return id.toString(36).padStart(6, "0");
}

/** One file on its way to disk. Ends by `commit` or `discard`, whichever comes first. */
export class BlobWriter {
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #writtenBytes = 0;
  #ended = false;

  constructor(
    private readonly id: string,
    private readonly file: FileHandle,
    private readonly folder: FolderSync,
    private readonly remove: () => Promise<void>,
  ) {}

  /** @throws S3Error InsufficientStorage */
  async write(bytes: Buffer): Promise<void> {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= gatherBytes) await this.#flush();
  }

  /** When it resolves, the bytes and the file's name are on disk. */
  async commit(): Promise<Blob> {
    await this.#flush();
    try {
      await this.file.sync();
      this.#ended = true;
      await this.file.close();
      await this.folder.sync();
    } catch (error) {
      throw fromDisk(error);
    }
    return { id: this.id, sizeBytes: this.#writtenBytes };
  }

  async discard(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true;
      await this.file.close();
    }
    await this.remove();
  }

  async #flush(): Promise<void> {
    if (this.#gatheredBytes === 0) return;
    const bytes = this.#gathered.length === 1 ? this.#gathered[0]! : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    try {
      await writeAll(this.file, bytes, this.#writtenBytes);
    } catch (error) {
      throw fromDisk(error);
    }
    this.#writtenBytes += bytes.length;
  }
}
