import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { bucketNameProblem, maxKeyBytes } from "./keys";
import { listLevel } from "./list-level";
import type {
  BucketInfo, DeleteFailure, GetOptions, ListedObject, ListPage, ListPageOptions, ObjectAddress, ObjectBody, ObjectInfo, ObjectStore,
  PresignedPut, PresignGetOptions, PresignPutOptions, PutOptions, StoredObjectBody,
} from "./object-store";
import { failure } from "./s3-errors";
import { defaultContentType } from "./s3-words";
import { SortedKeys } from "./sorted-keys";

type Held = ObjectInfo & { bytes: Buffer };
type Bucket = { createdAtMs: number; objects: Map<string, Held> };

/** An object store that forgets everything: for tests of what is built on one. Its presigned addresses lead nowhere. */
export class MemoryStore implements ObjectStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async createBucket(bucket: string): Promise<void> {
    if (bucketNameProblem(bucket)) throw failure("InvalidBucketName", { bucket });
    if (this.#buckets.has(bucket)) throw failure("BucketAlreadyOwnedByYou", { bucket });
    this.#buckets.set(bucket, { createdAtMs: this.#now(), objects: new Map() });
  }

  async deleteBucket(bucket: string): Promise<void> {
    if (this.#bucket(bucket).objects.size > 0) throw failure("BucketNotEmpty", { bucket });
    this.#buckets.delete(bucket);
  }

  async listBuckets(): Promise<BucketInfo[]> {
    return [...this.#buckets]
      .map(([bucket, { createdAtMs }]) => ({ bucket, createdAtMs }))
      .sort((a, b) => (a.bucket < b.bucket ? -1 : 1));
  }

  async bucketExists(bucket: string): Promise<boolean> {
    return this.#buckets.has(bucket);
  }

  async put(bucket: string, key: string, body: ObjectBody, options: PutOptions = {}): Promise<{ etag: string }> {
    const bytes = await bytesOf(body, options.signal);
    const { objects } = this.#bucket(bucket);
    if (Buffer.byteLength(key) > maxKeyBytes) throw failure("KeyTooLongError", { bucket, key });
    const before = objects.get(key);
    const expected = options.only;
    if (expected === "absent" ? before : expected && before?.etag !== expected.etag) throw failure("PreconditionFailed", { bucket, key });
    const etag = createHash("md5").update(bytes).digest("hex");
    const metadata = Object.fromEntries(Object.entries(options.metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
    const contentType = options.contentType ?? defaultContentType;
    objects.set(key, { key, bytes, etag, sizeBytes: bytes.length, modifiedAtMs: this.#now(), contentType, metadata });
    return { etag };
  }

  async get(bucket: string, key: string, options: GetOptions = {}): Promise<StoredObjectBody> {
    options.signal?.throwIfAborted();
    const { bytes, ...info } = this.#object(bucket, key);
    const { first = 0, last = bytes.length - 1 } = options.range ?? {};
    if (options.range && first >= bytes.length) throw failure("InvalidRange", { bucket, key });
    const content = bytes.subarray(first, last + 1);
    return { ...info, contentBytes: content.length, body: Readable.from([content], { objectMode: false }) };
  }

  async head(bucket: string, key: string): Promise<ObjectInfo | null> {
    const held = this.#buckets.get(bucket)?.objects.get(key);
    return held ? infoOf(held) : null;
  }

  async copy(from: ObjectAddress, to: ObjectAddress): Promise<{ etag: string }> {
    const source = this.#object(from.bucket, from.key);
    this.#bucket(to.bucket).objects.set(to.key, { ...source, key: to.key, modifiedAtMs: this.#now() });
    return { etag: source.etag };
  }

  async delete(bucket: string, key: string): Promise<void> {
    this.#bucket(bucket).objects.delete(key);
  }

  async deleteMany(bucket: string, keys: Iterable<string> | AsyncIterable<string>): Promise<DeleteFailure[]> {
    for await (const key of keys) await this.delete(bucket, key);
    return [];
  }

  async listPage(bucket: string, options: ListPageOptions = {}): Promise<ListPage> {
    const { objects } = this.#bucket(bucket);
    const { prefix = "", delimiter = "", limit = 1000 } = options;
    const level = listLevel(new SortedKeys(objects.keys()), { prefix, delimiter, limit, after: options.cursor ?? options.startAfter ?? "" });
    return { objects: level.keys.map((key) => listed(objects.get(key)!)), prefixes: level.prefixes, nextCursor: level.next };
  }

  async *list(bucket: string, options: { prefix?: string; startAfter?: string } = {}): AsyncIterable<ListedObject> {
    let cursor: string | undefined;
    do {
      const page: ListPage = await this.listPage(bucket, { ...options, cursor });
      yield* page.objects;
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }

  async presignGet(bucket: string, key: string, options: PresignGetOptions): Promise<string> {
    return `memory://${bucket}/${encodeURIComponent(key)}?expires=${options.expiresInSeconds}`;
  }

  async presignPut(bucket: string, key: string, options: PresignPutOptions): Promise<PresignedPut> {
    const headers: Record<string, string> = options.contentType === undefined ? {} : { "content-type": options.contentType };
    return { url: `memory://${bucket}/${encodeURIComponent(key)}?expires=${options.expiresInSeconds}`, headers };
  }

  close(): void {
    this.#buckets.clear();
  }

  #bucket(bucket: string): Bucket {
    const found = this.#buckets.get(bucket);
    if (!found) throw failure("NoSuchBucket", { bucket });
    return found;
  }

  #object(bucket: string, key: string): Held {
    const found = this.#bucket(bucket).objects.get(key);
    if (!found) throw failure("NoSuchKey", { bucket, key });
    return found;
  }
}

function listed({ key, sizeBytes, etag, modifiedAtMs }: Held): ListedObject {
  return { key, sizeBytes, etag, modifiedAtMs };
}

function infoOf({ contentType, metadata, ...rest }: Held): ObjectInfo {
  return { ...listed({ ...rest, contentType, metadata }), contentType, metadata };
}

async function bytesOf(body: ObjectBody, signal: AbortSignal | undefined): Promise<Buffer> {
  signal?.throwIfAborted();
  if (!(body instanceof Readable)) return Buffer.from(body as Uint8Array);
  const parts: Uint8Array[] = [];
  for await (const part of body as AsyncIterable<Uint8Array | string>) parts.push(typeof part === "string" ? Buffer.from(part) : part);
  return Buffer.concat(parts);
}
