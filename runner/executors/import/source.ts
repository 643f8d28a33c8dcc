import type { Readable } from "node:stream";
import type { Box, DatasetFormat, Rejection, Split } from "#lib/domain/dataset";
import type { ListedObject } from "#storage/object-store";
import type { LogLevel } from "../../work/words";

/** A picture that a format names, as it lies in the bucket. Only `key` is looked at again: the picture itself is not read yet. */
export type SourceItem = {
  key: string;
  sizeBytes: number;
  etag: string;
  /** null: nobody has said yet */
  label: string | null;
  /** null: not said; freezing decides */
  split: Split | null;
  boxes: Box[];
};

/** Where a format reads from. Everything is bounded: what lies in a bucket is a stranger's. */
export type Source = {
  bucket: string;
  /** empty, or ends with "/" */
  prefix: string;
  /** key of the table, manifest or annotation file that the person named */
  file: string | undefined;
  /** Objects below the prefix, or below another, in the order of their keys' UTF-8 bytes; folder marks are left out. */
  list(prefix?: string): AsyncIterable<ListedObject>;
  /** @throws LatheError `file_too_large` when it has more bytes, `file_not_text` when they are no UTF-8, `object_not_found` */
  readText(key: string, maxBytes: number): Promise<string>;
  /** Without their ends of line. @throws LatheError `line_too_long`, `file_not_text`, `object_not_found` */
  lines(key: string): AsyncIterable<string>;
  /** The caller reads it to its end or destroys it. */
  openBytes(key: string): Promise<Readable>;
  /** Makes an object, for formats whose pictures stand inside a file. */
  put(key: string, bytes: Uint8Array): Promise<{ etag: string }>;
  log(level: LogLevel, text: string): void;
  signal: AbortSignal;
};

/** How labels and splits are read from what lies under a prefix. Streamed: items come as they are found. */
export type SourceFormat = {
  name: DatasetFormat;
  read(source: Source): AsyncIterable<SourceItem | Rejection>;
};

export function isRejection(found: SourceItem | Rejection): found is Rejection {
  return "code" in found;
}
