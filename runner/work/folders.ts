import { mkdir, rm } from "node:fs/promises";
import path from "node:path";

export type WorkFolder = { root: string; input: string; output: string };

/** A new, empty folder for one child's files. Only the runner gets through to it; a child sees the two folders as mounts. */
export async function makeWorkFolder(parent: string, name: string): Promise<WorkFolder> {
  const root = path.join(parent, name);
  await rm(root, { recursive: true, force: true });
  const folder = { root, input: path.join(root, "in"), output: path.join(root, "out") };
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(folder.input, { mode: 0o755 });
  await mkdir(folder.output, { mode: 0o755 });
  return folder;
}

export async function removeWorkFolder({ root }: WorkFolder): Promise<void> {
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
}
