import { createMD5, type IHasher } from "hash-wasm";

/**
 * Whether an object holds a file's bytes, by its ETag: S3's is the MD5 of what was put whole, and of the parts' MD5s for
 * what was put in parts. It comes with every listing, where a SHA-256 would cost a request for each object. A store whose
 * ETags are something else (encrypted with KMS) never matches, and the file is sent again.
 */
export async function holdsTheSame(file: Blob, { sizeBytes, etag }: { sizeBytes: number; etag: string }): Promise<boolean> {
  if (file.size !== sizeBytes) return false;
  const parts = /^[0-9a-f]{32}-(\d{1,5})$/.exec(etag)?.[1];
  if (parts === undefined) return /^[0-9a-f]{32}$/.test(etag) && (await md5Of(file)) === etag;
  for (const partBytes of likelyPartBytes) {
    if (Math.ceil(file.size / partBytes) === Number(parts) && (await md5OfParts(file, partBytes)) === etag) return true;
  }
  return false;
}

const MiB = 1024 ** 2;
/** Lathe's own, aws-cli's and rclone's, s3cmd's, the SDKs'. */
const likelyPartBytes = [16 * MiB, 8 * MiB, 15 * MiB, 5 * MiB, 64 * MiB];
const readBytes = 4 * MiB;

let shared: Promise<IHasher> | null = null;

/** @returns hex */
export async function md5Of(file: Blob): Promise<string> {
  // One hasher serves all small files in turn; its state is ours between the two calls only.
  if (file.size <= readBytes) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const hasher = await (shared ??= createMD5());
    return hasher.init().update(bytes).digest("hex");
  }
  const hasher = (await createMD5()).init();
  for (let at = 0; at < file.size; at += readBytes) hasher.update(new Uint8Array(await file.slice(at, at + readBytes).arrayBuffer()));
  return hasher.digest("hex");
}

async function md5OfParts(file: Blob, partBytes: number): Promise<string> {
  const all = (await createMD5()).init();
  let parts = 0;
  for (let at = 0; at < file.size; at += partBytes, parts++) {
    const hex = await md5Of(file.slice(at, at + partBytes));
    all.update(Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16)));
  }
  return `${all.digest("hex")}-${parts}`;
}

export function base64OfHex(hex: string): string {
  return btoa(String.fromCharCode(...hex.match(/../g)!.map((byte) => parseInt(byte, 16))));
}
