import { LatheError } from "#lib/domain/errors";
import type { GetOptions, ObjectStore } from "./object-store";

/**
 * A small object whole, or a range of any: a manifest, a signature.
 * @param maxBytes above it the object is refused, not read: an object's size is whatever somebody wrote
 * @throws LatheError `object_too_large`, or what `get` throws
 */
export async function readObject(store: ObjectStore, bucket: string, key: string, maxBytes: number, range?: GetOptions["range"]): Promise<Buffer> {
  const { body, contentBytes } = await store.get(bucket, key, { range });
  if (contentBytes > maxBytes) {
    body.destroy();
    throw new LatheError({
      code: "object_too_large",
      message: `The object "${key}" in bucket "${bucket}" has ${contentBytes} bytes; at most ${maxBytes} can be read here.`,
      nextStep: "Use a smaller file.",
      status: 413,
    });
  }
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
