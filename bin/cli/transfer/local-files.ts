import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Failure } from "./result";

export type LocalFile = { path: string; /** with "/" between folders */ relative: string };

/**
 * All files under a folder, sorted, so that two copies go in the same order. A link is followed only to a file inside
 * the folder; what cannot be read is told, not skipped.
 */
export async function walk(root: string): Promise<{ files: LocalFile[]; failed: Failure[] }> {
  const files: LocalFile[] = [];
  const failed: Failure[] = [];
  const pending = [""];
  while (pending.length > 0) {
    const folder = pending.pop()!;
    const here = path.join(root, folder);
    let entries;
    try {
      entries = await readdir(here, { withFileTypes: true });
    } catch (error) {
      failed.push({ path: here, reason: (error as Error).message });
      continue;
    }
    for (const entry of entries) {
      const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) pending.push(relative);
      else if (entry.isFile()) files.push({ path: path.join(here, entry.name), relative });
      else if (entry.isSymbolicLink()) failed.push({ path: path.join(here, entry.name), reason: "is a link; links are not followed" });
      else failed.push({ path: path.join(here, entry.name), reason: "is not a file" });
    }
  }
  files.sort((a, b) => (a.relative < b.relative ? -1 : 1));
  return { files, failed };
}

export async function isFolder(target: string): Promise<boolean> {
  try {
    return (await stat(target)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
