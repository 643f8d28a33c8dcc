import type { PathFile } from "./upload-effects";

const pieceFiles = 500;
type Directory = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };

/**
 * All files under what was dropped, folders walked to the end.
 * @param onFiles called with some hundred at a time, so that sending begins before the walk ends
 * @returns the paths that could not be read
 */
export async function readHandles(handles: readonly FileSystemHandle[], onFiles: (files: PathFile[]) => void): Promise<string[]> {
  const unreadable: string[] = [];
  let piece: PathFile[] = [];
  const queue = handles.map((handle) => ({ path: handle.name, handle }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { path, handle } = next;
    try {
      if (handle.kind === "file") piece.push({ path, file: await (handle as FileSystemFileHandle).getFile() });
      else for await (const child of (handle as Directory).values()) queue.push({ path: `${path}/${child.name}`, handle: child });
    } catch {
      unreadable.push(path);
    }
    if (piece.length >= pieceFiles) {
      onFiles(piece);
      piece = [];
    }
  }
  onFiles(piece);
  return unreadable;
}
