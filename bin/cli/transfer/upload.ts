import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import mime from "mime";
import pLimit from "p-limit";
import type { PresignedUpload } from "#lib/protocol/buckets";
import type { Client } from "#lib/sdk/client";
import { batchSize, parallelFiles, type OnProgress, type TransferResult } from "./result";
import { reasonOf, storeAnswer, StoreAnswer, withRetry } from "./retry";

export type Upload = { path: string; key: string };

type Sized = Upload & { sizeBytes: number; contentType: string };

/** Sends files straight to the object store by presigned PUTs. A file that fails is named; the others go on. */
export async function upload(client: Client, uploads: readonly Upload[], bucket: string, onProgress?: OnProgress): Promise<TransferResult> {
  const result: TransferResult = { files: 0, sizeBytes: 0, failed: [] };
  const limit = pLimit(parallelFiles);
  const tell = (): void => onProgress?.({ files: result.files, sizeBytes: result.sizeBytes, failed: result.failed.length });

  for (let start = 0; start < uploads.length; start += batchSize) {
    const batch: Sized[] = [];
    for (const one of uploads.slice(start, start + batchSize)) {
      try {
        const { size } = await stat(one.path);
        batch.push({ ...one, sizeBytes: size, contentType: mime.getType(one.path) ?? "application/octet-stream" });
      } catch (error) {
        result.failed.push({ path: one.path, reason: reasonOf(error) });
      }
    }
    if (batch.length === 0) continue;
    const addresses = await presign(client, bucket, batch);
    await Promise.all(
      batch.map((file, i) =>
        limit(async () => {
          try {
            await put(client, bucket, file, addresses[i]!);
            result.files++;
            result.sizeBytes += file.sizeBytes;
          } catch (error) {
            result.failed.push({ path: file.path, reason: reasonOf(error) });
          }
          tell();
        }),
      ),
    );
  }
  return result;
}

function presign(client: Client, bucket: string, files: readonly Sized[]): Promise<PresignedUpload[]> {
  return client.call("object.presign-uploads", {
    bucket,
    files: files.map(({ key, sizeBytes, contentType }) => ({ key, sizeBytes, contentType })),
  });
}

async function put(client: Client, bucket: string, file: Sized, first: PresignedUpload): Promise<void> {
  if (!first.url) throw new Error(first.reason ?? "the server gave no address");
  await withRetry(async (attempt) => {
    const address = attempt === 0 ? first : (await presign(client, bucket, [file]))[0]!;
    if (!address.url) throw new Error(address.reason ?? "the server gave no address");
    const body = await openAsBlob(file.path);
    if (body.size !== file.sizeBytes) throw new Error("changed while it was being copied");
    const response = await fetch(address.url, { method: "PUT", headers: address.headers, body });
    if (!response.ok) throw await storeAnswer(response);
    await response.arrayBuffer();
  }).catch((error: unknown) => {
    if (error instanceof StoreAnswer && error.status === 404) throw new Error(`the bucket "${bucket}" is gone`);
    throw error;
  });
}
