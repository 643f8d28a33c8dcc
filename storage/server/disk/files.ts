import * as fs from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** What the store asks of the file system; tests put a full disk in its place. */
export type Files = Pick<typeof fs, "open" | "rename" | "unlink" | "link" | "mkdir" | "readdir" | "rmdir" | "readFile" | "statfs">;

export const realFiles: Files = fs;

export async function syncFolder(files: Files, folder: string): Promise<void> {
  const handle = await files.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Syncs one folder for many: whoever comes while a sync runs shares the next one, since the one under way may have
 * begun before their file was there.
 */
export class FolderSync {
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(readonly files: Files, readonly folder: string) {}

  sync(): Promise<void> {
    if (!this.#running) return (this.#running = this.#run());
    return (this.#next ??= this.#running.catch(() => undefined).then(() => {
      this.#next = null;
      return (this.#running = this.#run());
    }));
  }

  async #run(): Promise<void> {
    try {
      await syncFolder(this.files, this.folder);
    } finally {
      if (!this.#next) this.#running = null;
    }
  }
}

/** FileHandle.write may write less than it was given. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
