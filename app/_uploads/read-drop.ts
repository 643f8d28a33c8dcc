import type { PathFile } from "./upload-effects";

/**
 * All files of a drop, folders walked to the end. Call it inside the drop event: the browser forgets the items after it.
 * @param onFound called now and then with the number found so far
 * @returns files with their path from what was dropped, and the paths that could not be read
 */
export async function readDrop(transfer: DataTransfer, onFound: (count: number) => void): Promise<{ files: PathFile[]; unreadable: string[] }> {
  const entries: FileSystemEntry[] = [];
  const plain: PathFile[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    if (entry) entries.push(entry);
    else {
      const file = item.getAsFile();
      if (file) plain.push({ path: file.name, file });
    }
  }
  const files = plain;
  const unreadable: string[] = [];
  const queue = entries;
  for (let next = queue.shift(); next; next = queue.shift()) {
    const path = next.fullPath.replace(/^\//, "");
    try {
      if (next.isFile) files.push({ path, file: await fileOf(next as FileSystemFileEntry) });
      else queue.push(...(await childrenOf(next as FileSystemDirectoryEntry)));
    } catch {
      unreadable.push(path);
    }
    if (files.length % 100 === 0) onFound(files.length);
  }
  onFound(files.length);
  return { files, unreadable };
}

/** Files of an <input>, with the folder's own name first when a folder was picked. */
export function readPicked(list: FileList): PathFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives at most a hundred entries at a time, and an empty list at the end. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return children;
    children.push(...batch);
  }
}
