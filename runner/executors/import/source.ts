import type { Readable } from "node:stream";
import type { Box, DatasetFormat, Rejection, RejectionCode, Split } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { compareKeys } from "#storage/key-order";
import type { ListedObject, ObjectStore } from "#storage/object-store";
import { untilStoreAnswers } from "../../work/patience";
import type { LogLevel } from "../../work/words";

/** A file that may become a sample, with what its format says of it; nobody has looked into it yet. */
export type SourceItem = {
  key: string;
  sizeBytes: number;
  etag: string;
  label: string | null;
  /** of a picture without a label it says nothing yet */
  split: Split | null;
  boxes: Box[];
  /**
   * Why there is no label: what it is rejected with, unless pictures without labels are wanted. A picture whose boxes have
   * several labels has none of its own and nothing is wrong with it: then this is left out.
   */
  unlabelled?: { code: RejectionCode; reason: string };
};

export type Found = SourceItem | Rejection;

export function isRejection(found: Found): found is Rejection {
  return "code" in found;
}

export type SourceFormat = {
  name: DatasetFormat;
  /** In the order of keys; rejections come where they are noticed. */
  read(source: Source): AsyncIterable<Found>;
};

/** What a reader of a format sees of the world: one prefix of one bucket, and a folder for what does not fit in memory. */
export type Source = {
  bucket: string;
  /** empty or ending in "/" */
  prefix: string;
  /** the table, manifest or annotation file that the person named */
  file: string | undefined;
  /** an empty folder of this job's own */
  scratch: string;
  signal: AbortSignal;
  /** Files under a prefix (left out: the source's own) in S3's order of keys, without empty "folder" objects. */
  list(prefix?: string): AsyncIterable<ListedObject>;
  /** Files and folders directly under a prefix, the first thousand of both together. */
  level(prefix: string): Promise<{ objects: ListedObject[]; prefixes: string[] }>;
  openBytes(key: string): Promise<Readable>;
  /** Stores a picture that lay inside another file. */
  put(key: string, bytes: Uint8Array): Promise<{ etag: string }>;
  log(level: LogLevel, text: string): void;
};

export type SourceOptions = Pick<Source, "bucket" | "prefix" | "file" | "scratch" | "signal" | "log">;

/** A prefix in the object store. */
export function storeSource(store: ObjectStore, options: SourceOptions): Source {
  const { bucket, prefix: own, signal } = options;
  const isFile = ({ key, sizeBytes }: ListedObject) => !(key.endsWith("/") && sizeBytes === 0);
  return {
    ...options,

    async *list(prefix = own) {
      let cursor: string | undefined;
      let last: string | null = null;
      do {
        signal.throwIfAborted();
        const page = await untilStoreAnswers(() => store.listPage(bucket, { prefix, cursor }), signal);
        for (const object of page.objects) {
          if (last !== null && compareKeys(last, object.key) >= 0) throw unsorted(bucket, last, object.key);
          last = object.key;
          if (isFile(object)) yield object;
        }
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
    },

    async level(prefix) {
      const { objects, prefixes } = await untilStoreAnswers(() => store.listPage(bucket, { prefix, delimiter: "/" }), signal);
      return { objects: objects.filter(isFile), prefixes };
    },

    async openBytes(key) {
      const { body } = await untilStoreAnswers(() => store.get(bucket, key, { signal }), signal);
      return body;
    },

    put: (key, bytes) => untilStoreAnswers(() => store.put(bucket, key, bytes, { contentType: "image/png", signal }), signal),
  };
}

/** Tables are joined with the listing by walking both: that needs S3's order. */
function unsorted(bucket: string, before: string, after: string): LatheError {
  return new LatheError({
    code: "listing_unsorted",
    message: `The object store lists bucket "${bucket}" out of order: ${JSON.stringify(after)} after ${JSON.stringify(before)}.`,
    nextStep: "Use a store that lists keys by their bytes, as S3's general-purpose buckets do.",
    status: 502,
  });
}
