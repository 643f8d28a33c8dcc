import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import type { Blob } from "../entries";
import { fromDisk } from "../errors";
import { FolderSync, syncFolder, writeAll, type Files } from "./files";
import { placeInSegment } from "./rows";

/** Files for one folder: few enough to list quickly, many enough that writers at one time share a folder and its sync. */
const filesPerFolder = 4096;
/** Small pieces are gathered to this before they are written; it is what one upload holds in memory. */
const gatherBytes = 512 * 1024;

/** Where files are noted that must go unless something comes to refer to them. */
export type LooseFiles = { add(id: string): Promise<void>; drop(ids: readonly string[]): Promise<void> };

/** Bytes being read. */
export type OpenBlob = { read(buffer: Buffer, position: number): Promise<number>; close(): Promise<void> };

/**
 * The objects' bytes: larger ones as files `blobs/FOLDER/NAME`, named by chance, never by key, written once; small ones in
 * the journal's segments. A file is noted as loose before it is made: that is how a crash in the middle of an upload
 * leaves nothing, though no start looks through all files.
 */
export class Blobs {
  #current: { id: number; made: Promise<FolderSync>; count: number } | null = null;
  #nextFolder = 1;
  /** files being read, which must stay until they are let go */
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Map<string, () => Promise<void>>();
  /** files that are gone, but still noted as loose */
  #gone: string[] = [];

  private constructor(
    private readonly files: Files,
    private readonly root: string,
    private readonly segments: string,
    private readonly loose: LooseFiles,
    private readonly warn: (line: string) => void,
  ) {}

  static async open(files: Files, root: string, segments: string, loose: LooseFiles, warn: (line: string) => void): Promise<Blobs> {
    const blobs = new Blobs(files, root, segments, loose, warn);
    await files.mkdir(root, { recursive: true, mode: 0o700 });
    for (const folder of await files.readdir(root)) {
      if (/^[0-9a-z]{6}$/.test(folder)) blobs.#nextFolder = Math.max(blobs.#nextFolder, Number.parseInt(folder, 36) + 1);
    }
    return blobs;
  }

  /** @throws S3Error InsufficientStorage */
  async create(): Promise<BlobWriter> {
    try {
      const { id, folder } = await this.#place();
      await this.loose.add(id);
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
      await this.loose.add(id);
      await this.files.link(this.pathOf(blob.id), this.pathOf(id));
      await folder.sync();
      return { id, sizeBytes: blob.sizeBytes };
    } catch (error) {
      throw fromDisk(error);
    }
  }

  async open(id: string): Promise<OpenBlob> {
    const file = await this.files.open(this.pathOf(id), "r");
    const start = placeInSegment(id)?.offset ?? 0;
    return {
      read: async (buffer, position) => (await file.read(buffer, 0, buffer.length, start + position)).bytesRead,
      close: () => file.close(),
    };
  }

  /** Keeps bytes from being removed until `release`. */
  hold(blobs: readonly Blob[]): { release(): void } {
    const paths = [...new Set(blobs.map(({ id }) => this.pathOf(id)))];
    for (const file of paths) this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        for (const file of paths) {
          const rest = this.#readers.get(file)! - 1;
          if (rest > 0) this.#readers.set(file, rest);
          else {
            this.#readers.delete(file);
            const remove = this.#doomed.get(file);
            this.#doomed.delete(file);
            void remove?.();
          }
        }
      },
    };
  }

  /** A file that cannot be removed now is removed at the next start. */
  async remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#whenUnread(this.pathOf(id), async () => {
      if (!(await this.#unlink(this.pathOf(id)))) return;
      this.#gone.push(id);
      // One write for many.
      if (this.#gone.length > 100) await this.forgetRemoved();
    })));
  }

  async forgetRemoved(): Promise<void> {
    const gone = this.#gone.splice(0);
    await this.loose.drop(gone).catch((error: unknown) => this.warn(`could not note removed files: ${String(error)}`));
  }

  /** Ids of all files there are. */
  async everyFile(): Promise<string[]> {
    const ids: string[] = [];
    for (const folder of await this.files.readdir(this.root)) {
      if (!/^[0-9a-z]{6}$/.test(folder)) continue;
      for (const name of await this.files.readdir(path.join(this.root, folder))) ids.push(`${folder}/${name}`);
    }
    return ids;
  }

  async removeSegment(segment: string): Promise<void> {
    const file = path.join(this.segments, segment);
    await this.#whenUnread(file, async () => void (await this.#unlink(file)));
  }

  pathOf(id: string): string {
    const place = placeInSegment(id);
    return place ? path.join(this.segments, place.segment) : path.join(this.root, id);
  }

  async #whenUnread(file: string, remove: () => Promise<void>): Promise<void> {
    if (this.#readers.has(file)) this.#doomed.set(file, remove);
    else await remove();
  }

  /** @returns whether it is gone */
  async #unlink(file: string): Promise<boolean> {
    try {
      await this.files.unlink(file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
      this.warn(`could not remove ${file}: ${(error as Error).message}`);
      return false;
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
