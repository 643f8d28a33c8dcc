import { stat } from "node:fs/promises";
import { realFiles, type Files } from "../server/disk/files";

/** A file system on which only so much can be written: what is beyond fails as a full disk does, in the middle of a write. */
export function smallDisk(freeBytes: number): { files: Files; freeBytes: number } {
  const disk = { freeBytes, files: realFiles };
  const full = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  disk.files = {
    ...realFiles,
    async open(...args) {
      const handle = await realFiles.open(...args);
      const write = handle.write.bind(handle) as (bytes: Uint8Array, offset: number, length: number, position: number) => Promise<{ bytesWritten: number; buffer: Uint8Array }>;
      const limited = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
        const fits = Math.min(length, disk.freeBytes);
        if (fits === 0) throw full();
        disk.freeBytes -= fits;
        return write(bytes, offset, fits, position);
      };
      handle.write = limited as typeof handle.write;
      return handle;
    },
    async unlink(file) {
      const { size } = await stat(file);
      await realFiles.unlink(file);
      disk.freeBytes += size;
    },
    statfs: (async () => ({ bavail: disk.freeBytes, bsize: 1 })) as unknown as Files["statfs"],
  };
  return disk;
}
