import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Client } from "#lib/sdk/client";
import { inParallel } from "./pipeline";
import { parallelFiles, wholeBytes, type OnProgress, type TransferResult } from "./result";
import { reasonOf, withRetry } from "./retry";
import { askStore, wholeBody } from "./store-request";

export type Download = {
  key: string;
  /** where it goes, below the target folder, with "/" between folders */
  relative: string;
  /** a presigned GET; empty: one is asked for */
  url: string;
};

/**
 * The path of a key below a folder.
 * @returns null when it would lie outside it: a key is somebody else's text
 */
export function targetOf(folder: string, relative: string): string | null {
  if (relative === "" || relative.endsWith("/") || relative.includes("\0")) return null;
  const root = path.resolve(folder);
  const target = path.resolve(root, relative);
  return target.startsWith(root.endsWith(path.sep) ? root : root + path.sep) ? target : null;
}

/**
 * Fetches objects by presigned GETs; each appears under its name only when it is whole.
 * @param total how many there are, as far as that is known by now
 * @throws what `downloads` throws, when it does so before there was anything to fetch
 */
export async function download(
  client: Client,
  downloads: AsyncGenerator<Download>,
  bucket: string,
  folder: string,
  { onProgress, total }: { onProgress?: OnProgress; total: () => number | null },
): Promise<TransferResult> {
  const result: TransferResult = { files: 0, sizeBytes: 0, failed: [] };
  const folders = new Map<string, Promise<unknown>>();
  const taken = new Set<string>();

  const fetchOne = async (one: Download): Promise<void> => {
    const target = targetOf(folder, one.relative);
    if (!target) throw new Error("the key names no file inside the target folder");
    if (taken.has(target)) throw new Error("another key goes to the same file");
    taken.add(target);
    const parent = path.dirname(target);
    let made = folders.get(parent);
    if (!made) folders.set(parent, (made = mkdir(parent, { recursive: true })));
    await made;
    const sizeBytes = await get(client, bucket, one, target);
    result.sizeBytes += sizeBytes;
    result.files++;
  };

  try {
    await inParallel(downloads, parallelFiles, async (one) => {
      try {
        await fetchOne(one);
      } catch (error) {
        result.failed.push({ path: `s3://${bucket}/${one.key}`, reason: reasonOf(error) });
      }
      onProgress?.({ files: result.files, sizeBytes: result.sizeBytes, failed: result.failed.length, total: total() });
    });
  } catch (error) {
    if (result.files + result.failed.length === 0) throw error;
    result.failed.push({ path: `s3://${bucket}/`, reason: `the rest could not be listed: ${reasonOf(error)}` });
  }
  return result;
}

async function get(client: Client, bucket: string, { key, url: first }: Download, target: string): Promise<number> {
  const part = `${target}.${process.pid}.part`;
  try {
    return await withRetry(async (attempt) => {
      const url = (attempt === 0 && first) || (await client.call("object.presign-downloads", { bucket, keys: [key] }))[0]!.url;
      const sizeBytes = await fetchInto(part, url);
      await rename(part, target);
      return sizeBytes;
    });
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function fetchInto(part: string, url: string): Promise<number> {
  const response = await askStore(url, { method: "GET" });
  const said = response.headers["content-length"];
  if (said !== undefined && Number(said) <= wholeBytes) {
    const bytes = await wholeBody(response, wholeBytes);
    await writeFile(part, bytes);
    return bytes.length;
  }
  const file = createWriteStream(part);
  await pipeline(response, file);
  return file.bytesWritten;
}
