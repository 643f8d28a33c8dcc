import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import mime from "mime";
import type { PresignedUpload } from "#lib/protocol/buckets";
import type { Client } from "#lib/sdk/client";
import { ahead, inParallel, slices } from "./pipeline";
import { batchSize, firstBatchSize, parallelFiles, wholeBytes, type OnProgress, type TransferResult } from "./result";
import { reasonOf, StoreAnswer, withRetry } from "./retry";
import { askStore, wholeBody } from "./store-request";

export type Upload = { path: string; key: string };

type Sized = Upload & { sizeBytes: number; contentType: string };
type Addressed = { file: Sized; address: PresignedUpload };

/**
 * Sends files straight to the object store by presigned PUTs. A file that fails is named; the others go on. When the
 * server gives no addresses any more, the files without one are named too.
 * @throws ApiError when the server gave no address at all
 */
export async function upload(client: Client, uploads: readonly Upload[], bucket: string, onProgress?: OnProgress): Promise<TransferResult> {
  const result: TransferResult = { files: 0, sizeBytes: 0, failed: [] };
  let asked = 0;

  const addressed = ahead(slices(uploads, firstBatchSize, batchSize), async (batch): Promise<Addressed[]> => {
    const files: Sized[] = [];
    for (const one of batch) {
      try {
        const { size } = await stat(one.path);
        files.push({ ...one, sizeBytes: size, contentType: mime.getType(one.path) ?? "application/octet-stream" });
      } catch (error) {
        result.failed.push({ path: one.path, reason: reasonOf(error) });
      }
    }
    try {
      const addresses = files.length === 0 ? [] : await withRetry(() => presign(client, bucket, files));
      asked += batch.length;
      return files.map((file, i) => ({ file, address: addresses[i]! }));
    } catch (error) {
      if (asked > 0) for (const { path } of [...files, ...uploads.slice(asked + batch.length)]) result.failed.push({ path, reason: reasonOf(error) });
      throw error;
    }
  });

  await inParallel(addressed, parallelFiles, async ({ file, address }) => {
    try {
      await put(client, bucket, file, address);
      result.files++;
      result.sizeBytes += file.sizeBytes;
    } catch (error) {
      result.failed.push({ path: file.path, reason: reasonOf(error) });
    }
    onProgress?.({ files: result.files, sizeBytes: result.sizeBytes, failed: result.failed.length, total: uploads.length });
  }).catch((error: unknown) => {
    if (asked === 0) throw error;
  });
  return result;
}

function presign(client: Client, bucket: string, files: readonly Sized[]): Promise<PresignedUpload[]> {
  return client.call("object.presign-uploads", {
    bucket,
    files: files.map(({ key, sizeBytes, contentType }) => ({ key, sizeBytes, contentType })),
  });
}

async function put(client: Client, bucket: string, file: Sized, first: PresignedUpload): Promise<void> {
  await withRetry(async (attempt) => {
    const address = attempt === 0 ? first : (await presign(client, bucket, [file]))[0]!;
    if (!address.url) throw new Error(address.reason ?? "the server gave no address");
    const headers = { ...address.headers, "content-length": String(file.sizeBytes) };
    const response = await askStore(address.url, { method: "PUT", headers, body: await bodyOf(file) });
    await wholeBody(response, wholeBytes);
  }).catch((error: unknown) => {
    if (error instanceof StoreAnswer && error.status === 404) throw new Error(`the bucket "${bucket}" is gone`);
    throw error;
  });
}

async function bodyOf({ path, sizeBytes }: Sized): Promise<Buffer | AsyncIterable<Buffer>> {
  if (sizeBytes > wholeBytes) return exactly(path, sizeBytes);
  const bytes = await readFile(path);
  if (bytes.length !== sizeBytes) throw new Error(changed);
  return bytes;
}

const changed = "changed while it was being copied";

/** The address is good for so many bytes and no others. */
async function* exactly(path: string, sizeBytes: number): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    sent += chunk.length;
    if (sent > sizeBytes) throw new Error(changed);
    yield chunk;
  }
  if (sent < sizeBytes) throw new Error(changed);
}
