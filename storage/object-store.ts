import type { Readable } from "node:stream";

/**
 * The one way to bytes: buckets of objects, as S3 means them. `s3-store.ts` is the real one, `memory-store.ts` its twin
 * for tests; `object-store.contract.ts` is the suite both pass.
 *
 * Failures are LatheErrors with code `bucket_not_found`, `object_not_found`, `bucket_exists`, `bucket_not_empty`,
 * `invalid_bucket_name`, `invalid_key`, `invalid_range`, `precondition_failed`, `store_full`, `store_denied`,
 * `store_unreachable` or, for anything else, `store_failed`.
 *
 * ETags are without quotes everywhere here.
 */
export interface ObjectStore {
  createBucket(bucket: string): Promise<void>;
  /** The bucket must be empty. */
  deleteBucket(bucket: string): Promise<void>;
  /** By name. */
  listBuckets(): Promise<BucketInfo[]>;
  bucketExists(bucket: string): Promise<boolean>;

  /** When it resolves, the object is whole and durable under its key; when it rejects, what was there before still is. */
  put(bucket: string, key: string, body: ObjectBody, options?: PutOptions): Promise<{ etag: string }>;
  /** The caller reads `body` to its end or destroys it. */
  get(bucket: string, key: string, options?: GetOptions): Promise<StoredObjectBody>;
  /** @returns null when there is no such object, or no such bucket: S3 does not tell them apart here */
  head(bucket: string, key: string): Promise<ObjectInfo | null>;
  /** Copies content, content type and metadata within the store. */
  copy(from: ObjectAddress, to: ObjectAddress): Promise<{ etag: string }>;
  /** Deleting what is not there is no error. */
  delete(bucket: string, key: string): Promise<void>;
  /** Any number of keys. @returns those that could not be deleted; empty when all went well */
  deleteMany(bucket: string, keys: Iterable<string> | AsyncIterable<string>): Promise<DeleteFailure[]>;

  /** One page, ordered by the keys' UTF-8 bytes. */
  listPage(bucket: string, options?: ListPageOptions): Promise<ListPage>;
  /** Every object under a prefix, ordered by the keys' UTF-8 bytes, fetched page by page as it is read. */
  list(bucket: string, options?: { prefix?: string; startAfter?: string }): AsyncIterable<ListedObject>;

  presignGet(bucket: string, key: string, options: PresignGetOptions): Promise<string>;
  /** @returns the address and the headers that must be sent with it, exactly so */
  presignPut(bucket: string, key: string, options: PresignPutOptions): Promise<PresignedPut>;

  /** Lets go of connections. The store cannot be used after. */
  close(): void;
}

export type ObjectAddress = { bucket: string; key: string };
/** A stream is read once and never held whole in memory. */
export type ObjectBody = Uint8Array | string | Readable;

export type BucketInfo = { bucket: string; createdAtMs: number };

export type ListedObject = { key: string; sizeBytes: number; etag: string; modifiedAtMs: number };

export type ObjectInfo = ListedObject & {
  contentType: string;
  /** keys in lower case */
  metadata: Record<string, string>;
};

export type StoredObjectBody = ObjectInfo & {
  body: Readable;
  /** bytes that `body` yields: `sizeBytes` unless a range was asked for */
  contentBytes: number;
};

export type PutOptions = {
  /** default `application/octet-stream` */
  contentType?: string;
  /** ASCII only, 2 KiB in all */
  metadata?: Record<string, string>;
  /** of a stream, when known: then a small one needs a single request */
  sizeBytes?: number;
  /** "absent": only if there is no such object; an ETag: only if the object there still has it. Else `precondition_failed` */
  only?: "absent" | { etag: string };
  signal?: AbortSignal;
};

export type GetOptions = {
  /** Both ends included, from 0; without `last` to the end. */
  range?: { first: number; last?: number };
  signal?: AbortSignal;
};

export type ListPageOptions = {
  prefix?: string;
  /** Keys that go on past the next delimiter after the prefix are folded into `prefixes`. */
  delimiter?: string;
  /** `nextCursor` of the page before */
  cursor?: string;
  /** Only keys after this one; ignored with a cursor. */
  startAfter?: string;
  /** 1 to 1000, default 1000; objects and prefixes counted together */
  limit?: number;
};

export type ListPage = { objects: ListedObject[]; prefixes: string[]; nextCursor: string | null };

export type DeleteFailure = { key: string; reason: string };

export type PresignGetOptions = {
  /** 1 to 604,800 (a week) */
  expiresInSeconds: number;
  /** Makes a browser save it under this name instead of showing it. */
  downloadName?: string;
  /** Answered instead of the stored content type. */
  contentType?: string;
};

export type PresignPutOptions = {
  /** 1 to 604,800 (a week) */
  expiresInSeconds: number;
  contentType?: string;
  /** Signed: a body of another length is refused. */
  sizeBytes?: number;
};

export type PresignedPut = { url: string; headers: Record<string, string> };
