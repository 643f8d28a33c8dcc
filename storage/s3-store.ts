import {
  CopyObjectCommand, CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand,
  HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { Readable } from "node:stream";
import type {
  BucketInfo, DeleteFailure, GetOptions, ListedObject, ListPage, ListPageOptions, ObjectAddress, ObjectBody, ObjectInfo, ObjectStore,
  PresignedPut, PresignGetOptions, PresignPutOptions, PutOptions, StoredObjectBody,
} from "./object-store";
import { presigner } from "./presign";
import { chunks, contentDisposition, copySource, decodeListed, defaultContentType, fitsXml, unquoted } from "./s3-words";
import { failure, storeError } from "./s3-errors";

export type S3StoreOptions = {
  /** for example http://127.0.0.1:9000 */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** how browsers reach the store, where that differs from `endpoint`; only presigned addresses use it */
  publicEndpoint?: string;
};

/** Larger streams, and those of unknown size, go up in parts; each part is held in memory, two at a time. */
const singlePutBytes = 64 * 1024 * 1024;
const partBytes = 16 * 1024 * 1024;

/** Any S3 server, path style. Checksums only where S3 requires them: several servers refuse the SDK's streamed trailers. */
export class S3Store implements ObjectStore {
  readonly #client: S3Client;
  readonly #presign: ReturnType<typeof presigner>;
  readonly #region: string;

  constructor(options: S3StoreOptions) {
    this.#region = options.region;
    this.#client = connect(options);
    this.#presign = presigner({ ...options, endpoint: options.publicEndpoint ?? options.endpoint });
  }

  async createBucket(bucket: string): Promise<void> {
    const location = this.#region === "us-east-1" ? undefined : { LocationConstraint: this.#region as "eu-west-1" };
    await this.#try("create the bucket", { bucket }, () =>
      this.#client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: location })),
    );
  }

  async deleteBucket(bucket: string): Promise<void> {
    await this.#try("delete the bucket", { bucket }, () => this.#client.send(new DeleteBucketCommand({ Bucket: bucket })));
  }

  async listBuckets(): Promise<BucketInfo[]> {
    const answer = await this.#try("list the buckets", {}, () => this.#client.send(new ListBucketsCommand({})));
    return (answer.Buckets ?? []).map((b) => ({ bucket: b.Name ?? "", createdAtMs: b.CreationDate?.getTime() ?? 0 }));
  }

  async bucketExists(bucket: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: bucket }));
      return true;
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 404) return false;
      throw storeError(error, "look for the bucket", { bucket });
    }
  }

  async put(bucket: string, key: string, body: ObjectBody, options: PutOptions = {}): Promise<{ etag: string }> {
    const stream = body instanceof Readable;
    const params: PutObjectCommandInput = {
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: options.contentType ?? defaultContentType,
      Metadata: options.metadata,
      IfNoneMatch: options.only === "absent" ? "*" : undefined,
      IfMatch: typeof options.only === "object" ? `"${options.only.etag}"` : undefined,
    };
    // The SDK waits for ever for a stream that fails.
    const source = stream ? watch(body, options.signal) : { signal: options.signal, failed: null };
    const sizeBytes = stream ? options.sizeBytes : Buffer.byteLength(body);
    try {
      if (sizeBytes === undefined || (stream && sizeBytes > singlePutBytes)) return await this.#putInParts(params, source.signal);
      const answer = await this.#client.send(new PutObjectCommand({ ...params, ContentLength: sizeBytes }), { abortSignal: source.signal });
      return { etag: unquoted(answer.ETag) };
    } catch (error) {
      if (stream) body.destroy();
      if (source.failed) throw source.failed;
      const failed = storeError(error, "store the object", { bucket, key });
      // S3 says "no such key" when the object that should still have an ETag is gone.
      throw options.only && failed.code === "object_not_found" ? failure("PreconditionFailed", { bucket, key }) : failed;
    }
  }

  async #putInParts(params: PutObjectCommandInput, signal?: AbortSignal): Promise<{ etag: string }> {
    const upload = new Upload({ client: this.#client, params, partSize: partBytes, queueSize: 2 });
    const stop = () => void upload.abort();
    signal?.throwIfAborted();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return { etag: unquoted((await upload.done()).ETag) };
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async get(bucket: string, key: string, options: GetOptions = {}): Promise<StoredObjectBody> {
    const { range } = options;
    const answer = await this.#try("read the object", { bucket, key }, () =>
      this.#client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, Range: range && `bytes=${range.first}-${range.last ?? ""}` }),
        { abortSignal: options.signal },
      ),
    );
    const contentBytes = answer.ContentLength ?? 0;
    const total = /\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1];
    return { ...info(key, answer), sizeBytes: total ? Number(total) : contentBytes, contentBytes, body: answer.Body as Readable };
  }

  async head(bucket: string, key: string): Promise<ObjectInfo | null> {
    try {
      return info(key, await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
    } catch (error) {
      const failed = storeError(error, "look at the object", { bucket, key });
      if (failed.code === "object_not_found" || failed.code === "bucket_not_found") return null;
      throw failed;
    }
  }

  async copy(from: ObjectAddress, to: ObjectAddress): Promise<{ etag: string }> {
    const answer = await this.#try("copy the object", from, () =>
      this.#client.send(new CopyObjectCommand({ Bucket: to.bucket, Key: to.key, CopySource: copySource(from) })),
    );
    return { etag: unquoted(answer.CopyObjectResult?.ETag) };
  }

  async delete(bucket: string, key: string): Promise<void> {
    await this.#try("delete the object", { bucket, key }, () =>
      this.#client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
    );
  }

  async deleteMany(bucket: string, keys: Iterable<string> | AsyncIterable<string>): Promise<DeleteFailure[]> {
    const failures: DeleteFailure[] = [];
    for await (const batch of chunks(keys, 1000)) {
      const listed = batch.filter(fitsXml);
      for (const key of batch.filter((one) => !fitsXml(one))) await this.delete(bucket, key);
      if (listed.length === 0) continue;
      const answer = await this.#try("delete the objects", { bucket }, () =>
        this.#client.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: listed.map((Key) => ({ Key })), Quiet: true } }),
        ),
      );
      for (const failed of answer.Errors ?? []) {
        failures.push({ key: failed.Key ?? "", reason: failed.Message ?? failed.Code ?? "unknown" });
      }
    }
    return failures;
  }

  async listPage(bucket: string, options: ListPageOptions = {}): Promise<ListPage> {
    const answer = await this.#try("list the bucket", { bucket }, () =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: options.prefix,
          Delimiter: options.delimiter,
          ContinuationToken: options.cursor,
          StartAfter: options.cursor ? undefined : options.startAfter,
          MaxKeys: options.limit,
          // XML cannot hold every key that S3 can.
          EncodingType: "url",
        }),
      ),
    );
    const text = answer.EncodingType === "url" ? decodeListed : (listed: string) => listed;
    return {
      objects: (answer.Contents ?? []).map((object) => ({
        key: text(object.Key ?? ""),
        sizeBytes: object.Size ?? 0,
        etag: unquoted(object.ETag),
        modifiedAtMs: object.LastModified?.getTime() ?? 0,
      })),
      prefixes: (answer.CommonPrefixes ?? []).map((one) => text(one.Prefix ?? "")),
      nextCursor: answer.IsTruncated ? (answer.NextContinuationToken ?? null) : null,
    };
  }

  async *list(bucket: string, options: { prefix?: string; startAfter?: string } = {}): AsyncIterable<ListedObject> {
    let cursor: string | undefined;
    do {
      const page = await this.listPage(bucket, { ...options, cursor });
      yield* page.objects;
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }

  async presignGet(bucket: string, key: string, options: PresignGetOptions): Promise<string> {
    const query = {
      "response-content-type": options.contentType,
      "response-content-disposition": options.downloadName === undefined ? undefined : contentDisposition(options.downloadName),
    };
    return this.#presign({ method: "GET", bucket, key, query, expiresInSeconds: options.expiresInSeconds });
  }

  async presignPut(bucket: string, key: string, options: PresignPutOptions): Promise<PresignedPut> {
    const headers: Record<string, string> = options.contentType === undefined ? {} : { "content-type": options.contentType };
    const size: Record<string, string> = options.sizeBytes === undefined ? {} : { "content-length": String(options.sizeBytes) };
    const url = this.#presign({ method: "PUT", bucket, key, headers: { ...headers, ...size }, expiresInSeconds: options.expiresInSeconds });
    return { url, headers };
  }

  close(): void {
    this.#client.destroy();
  }

  async #try<T>(doing: string, subject: Partial<ObjectAddress>, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw storeError(error, doing, subject);
    }
  }
}

/** Aborts when the stream fails, and keeps why. */
function watch(stream: Readable, signal: AbortSignal | undefined): { signal: AbortSignal; failed: Error | null } {
  const stop = new AbortController();
  const source = { signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal, failed: null as Error | null };
  stream.on("error", (error) => {
    source.failed ??= error;
    stop.abort();
  });
  return source;
}

function connect(options: S3StoreOptions): S3Client {
  const agent = { keepAlive: true, maxSockets: 64 };
  return new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Rides out a restart of the embedded store.
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000, httpAgent: agent, httpsAgent: agent },
  });
}

type Answer = { ContentLength?: number; ETag?: string; LastModified?: Date; ContentType?: string; Metadata?: Record<string, string> };

function info(key: string, answer: Answer): ObjectInfo {
  return {
    key,
    sizeBytes: answer.ContentLength ?? 0,
    etag: unquoted(answer.ETag),
    modifiedAtMs: answer.LastModified?.getTime() ?? 0,
    contentType: answer.ContentType ?? defaultContentType,
    metadata: answer.Metadata ?? {},
  };
}
