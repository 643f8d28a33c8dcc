import path from "node:path";
import { writeAll, type Files } from "./files";

const name = "reserve";
const sizeBytes = 256 * 1024;

/** A little room kept back, so that deleting, which makes room, works on a full disk. Not having it is no failure. */
export class Reserve {
  #has = false;

  constructor(private readonly files: Files, private readonly folder: string, private readonly warn: (line: string) => void) {}

  async fill(): Promise<void> {
    if (this.#has) return;
    const target = path.join(this.folder, name);
    try {
      const file = await this.files.open(target, "w", 0o600);
      try {
        await writeAll(file, Buffer.alloc(sizeBytes, 1), 0);
        await file.sync();
        this.#has = true;
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      this.warn("the disk is full: only deleting will work");
      await this.files.unlink(target);
    }
  }

  /** @returns whether there is more room now */
  async spend(): Promise<boolean> {
    if (!this.#has) return false;
    this.#has = false;
    await this.files.unlink(path.join(this.folder, name));
    return true;
  }
}
