/** The nouns of the store, as they are kept on disk. */

export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

export type Checksum = {
  algorithm: ChecksumAlgorithm;
  /** base64; for a composite with `-PARTS` at its end */
  value: string;
  type: "FULL_OBJECT" | "COMPOSITE";
};

/** A file under `blobs/`. Written once, never changed. */
export type Blob = { id: string; sizeBytes: number };

/** What is kept with an object and answered with it. */
export type ObjectWords = {
  /** `content-type`, `cache-control`, `content-disposition`, `content-encoding`, `content-language`, `expires` */
  headers: Record<string, string>;
  /** without `x-amz-meta-` */
  metadata: Record<string, string>;
};

export type ObjectEntry = ObjectWords & {
  sizeBytes: number;
  /** without quotes */
  etag: string;
  modifiedAtMs: number;
  /** the content is these files one after the other; none when it is empty */
  blobs: Blob[];
  checksum?: Checksum;
};

export type Part = {
  number: number;
  etag: string;
  modifiedAtMs: number;
  blob: Blob;
  checksum?: Checksum;
};

export type Upload = ObjectWords & {
  id: string;
  key: string;
  startedAtMs: number;
  algorithm?: ChecksumAlgorithm;
  checksumType?: Checksum["type"];
};

export type CorsRule = {
  id?: string;
  origins: string[];
  methods: string[];
  headers: string[];
  expose: string[];
  maxAgeSeconds?: number;
};

/** One line of the log: a change that either happened or did not. */
export type Change =
  | { op: "bucket"; bucket: string; atMs: number }
  | { op: "bucket-gone"; bucket: string }
  | { op: "cors"; bucket: string; rules: CorsRule[] | null }
  | { op: "put"; bucket: string; key: string; entry: ObjectEntry }
  | { op: "delete"; bucket: string; key: string }
  | { op: "upload"; bucket: string; upload: Upload }
  | { op: "part"; bucket: string; upload: string; part: Part }
  | { op: "upload-gone"; bucket: string; upload: string }
  | { op: "complete"; bucket: string; upload: string; key: string; entry: ObjectEntry };
