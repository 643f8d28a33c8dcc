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

/**
 * Files of an <input>, with the folder's own name first when a folder was picked. The list is taken down at once, because
 * emptying the input empties it; the paths are read as they are asked for.
 */
export function readPicked(list: FileList): Iterable<PathFile> {
  return pathFiles(Array.from(list));
}

function* pathFiles(files: readonly File[]): Generator<PathFile> {
  for (const file of files) yield { path: file.webkitRelativePath || file.name, file };
}

/**
 * What was dropped as handles, which a worker can walk and a reload can go on with; null where the browser gives none
 * (Firefox, Safari, and pages that did not come over HTTPS). Call it inside the drop event.
 */
export function handlesOf(transfer: DataTransfer): Promise<FileSystemHandle[]> | null {
  type Item = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };
  const items = (Array.from(transfer.items) as Item[]).filter(({ kind }) => kind === "file");
  if (items.length === 0 || !items.every(({ getAsFileSystemHandle }) => getAsFileSystemHandle)) return null;
  return Promise.all(items.map((item) => item.getAsFileSystemHandle!())).then((handles) => handles.filter((handle) => handle !== null));
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
