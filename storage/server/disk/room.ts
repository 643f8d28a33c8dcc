import { S3Error } from "../errors";
import type { Files } from "./files";

/** How long the disk's figure is believed, while it is far from the bound. */
const believedMs = 1_000;
/** Closer to the bound than this every upload asks the disk: others may write about so much while a figure is believed. */
const tightBytes = 1024 ** 3;

/** Whether an upload fits, asked before any of it is read; some room is kept for everything else on the disk. */
export class Room {
  #askedAtMs = -Infinity;
  /** of the disk when it was asked, less what was let in since */
  #freeBytes = 0;

  constructor(
    private readonly files: Pick<Files, "statfs">,
    private readonly folder: string,
    private readonly minFreeBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws S3Error InsufficientStorage */
  async require(sizeBytes: number): Promise<void> {
    if (this.now() - this.#askedAtMs > believedMs || this.#freeBytes < sizeBytes + this.minFreeBytes + tightBytes) await this.#ask();
    if (this.#freeBytes < sizeBytes + this.minFreeBytes) throw new S3Error("InsufficientStorage");
    this.#freeBytes -= sizeBytes;
  }

  async #ask(): Promise<void> {
    const askedAtMs = this.now();
    const { bavail, bsize } = await this.files.statfs(this.folder);
    this.#askedAtMs = askedAtMs;
    this.#freeBytes = bavail * bsize;
  }
}
