/** The nouns of the store, as they are kept on disk. */

export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

export type Checksum = {
  algorithm: ChecksumAlgorithm;
  /** base64; for a composite with `-PARTS` at its end */
  value: string;
  type: "FULL_OBJECT" | "COMPOSITE";
};

/**
 * Bytes that are written once and never changed: a file of their own (`FOLDER/NAME` under `blobs/`), or a run inside a
 * segment (`SEGMENT@OFFSET` under `segments/`).
 */
export type Blob = { id: string; sizeBytes: number };

export type Tag = { key: string; value: string };

/** What is kept with an object and answered with it. */
export type ObjectWords = {
  /** `content-type`, `cache-control`, `content-disposition`, `content-encoding`, `content-language`, `expires` */
  headers: Record<string, string>;
  /** without `x-amz-meta-` */
  metadata: Record<string, string>;
  tags?: Tag[];
};

export type ObjectEntry = ObjectWords & {
  sizeBytes: number;
  /** without quotes */
  etag: string;
  modifiedAtMs: number;
  /** the content is these one after the other, of an upload in parts one for each; none when it is empty */
  blobs: Blob[];
  checksum?: Checksum;
  /** Set by a scrub that found other bytes than were stored: why. Such an object is answered with an error. */
  damaged?: string;
};

/** Which of a key's versions: `seq` rises with every write of the store, so a newer one has the larger. */
export type VersionNumber = {
  seq: number;
  /** the one version that a bucket without versioning keeps, called "null" by S3 */
  isNull: boolean;
};

export type Version = VersionNumber & {
  modifiedAtMs: number;
  /** null for a delete marker */
  content: ObjectEntry | null;
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

/** What goes away by itself, and when. Days count from the object's last change, or from when it ceased to be current. */
export type LifecycleRule = {
  id?: string;
  enabled: boolean;
  filter: { prefix: string; tags: Tag[]; largerThanBytes?: number; smallerThanBytes?: number };
  /** of current versions: one of the three */
  expiration?: { days?: number; atMs?: number; expiredDeleteMarkers?: boolean };
  /** of the others, the newest `keep` of them excepted */
  noncurrent?: { days: number; keep?: number };
  abortUploadsAfterDays?: number;
};

/** A bucket's documents. A bucket without `versioning` never had it. */
export type BucketConfig = {
  cors?: CorsRule[];
  versioning?: "enabled" | "suspended";
  lifecycle?: LifecycleRule[];
  tags?: Tag[];
};

/** An entry of the journal: a change that either happened or did not. */
export type Change =
  | { op: "bucket"; bucket: string; atMs: number }
  | { op: "bucket-gone"; bucket: string }
  | { op: "config"; bucket: string; name: keyof BucketConfig; value: BucketConfig[keyof BucketConfig] | null }
  /** A new current version; it takes the place of the null version if it is one itself. */
  | { op: "put"; bucket: string; key: string; version: VersionNumber; entry: ObjectEntry }
  | { op: "marker"; bucket: string; key: string; version: VersionNumber; atMs: number }
  /** @param next the version that becomes current when this one was */
  | { op: "remove"; bucket: string; key: string; seq: number; next: number | null }
  | { op: "tags"; bucket: string; key: string; seq: number; tags: Tag[] }
  /** @param reason "" when its bytes are whole again */
  | { op: "damaged"; bucket: string; key: string; seq: number; reason: string }
  /** The same bytes elsewhere: what compacting does. */
  | { op: "moved"; bucket: string; key: string; seq: number; from: string; blob: Blob }
  | { op: "part-moved"; bucket: string; key: string; upload: string; number: number; from: string; blob: Blob }
  | { op: "upload"; bucket: string; upload: Upload }
  | { op: "part"; bucket: string; key: string; upload: string; part: Part }
  /** @param parts the numbers of all that the upload has */
  | { op: "upload-gone"; bucket: string; key: string; upload: string; parts: number[] }
  | { op: "complete"; bucket: string; key: string; upload: string; parts: number[]; version: VersionNumber; entry: ObjectEntry };
