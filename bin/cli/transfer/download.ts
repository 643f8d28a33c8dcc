import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pLimit from "p-limit";
import type { Client } from "#lib/sdk/client";
import { batchSize, parallelFiles, type OnProgress, type TransferResult } from "./result";
import { reasonOf, storeAnswer, withRetry } from "./retry";

export type Download = { key: string; /** where it goes, below the target folder, with "/" between folders */ relative: string };

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

/** Fetches objects by presigned GETs; each appears under its name only when it is whole. */
export async function download(
  client: Client,
  downloads: readonly Download[],
  bucket: string,
  folder: string,
  onProgress?: OnProgress,
): Promise<TransferResult> {
  const result: TransferResult = { files: 0, sizeBytes: 0, failed: [] };
  const limit = pLimit(parallelFiles);
  const safe: { key: string; target: string }[] = [];
  for (const { key, relative } of downloads) {
    const target = targetOf(folder, relative);
    if (target) safe.push({ key, target });
    else result.failed.push({ path: `s3://${bucket}/${key}`, reason: "the key names no file inside the target folder" });
  }
  for (let start = 0; start < safe.length; start += batchSize) {
    const batch = safe.slice(start, start + batchSize);
    const addresses = await client.call("object.presign-downloads", { bucket, keys: batch.map((one) => one.key) });
    await Promise.all(
      batch.map(({ key, target }, i) =>
        limit(async () => {
          try {
            result.sizeBytes += await get(client, bucket, key, target, addresses[i]!.url);
            result.files++;
          } catch (error) {
            result.failed.push({ path: `s3://${bucket}/${key}`, reason: reasonOf(error) });
          }
          onProgress?.({ files: result.files, sizeBytes: result.sizeBytes, failed: result.failed.length });
        }),
      ),
    );
  }
  return result;
}

async function get(client: Client, bucket: string, key: string, target: string, firstUrl: string): Promise<number> {
  await mkdir(path.dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  try {
    return await withRetry(async (attempt) => {
      const url = attempt === 0 ? firstUrl : (await client.call("object.presign-downloads", { bucket, keys: [key] }))[0]!.url;
      const response = await fetch(url);
      if (!response.ok || !response.body) throw await storeAnswer(response);
      const file = createWriteStream(part);
      await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), file);
      await rename(part, target);
      return file.bytesWritten;
    });
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
