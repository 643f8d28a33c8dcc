import { SortedKeys } from "../../sorted-keys";
import type { Change, CorsRule, ObjectEntry, Part, Upload } from "../entries";

export type UploadState = { upload: Upload; parts: Map<number, Part> };

/** A bucket in memory. */
export class Bucket {
  readonly objects = new Map<string, ObjectEntry>();
  readonly uploads = new Map<string, UploadState>();
  cors: CorsRule[] | null = null;
  /** Set while its deletion is being written: nothing new may come in. */
  closing = false;
  /** Changes that are being written: it cannot be deleted meanwhile. */
  pending = 0;
  #sorted: SortedKeys | null = null;

  constructor(readonly name: string, readonly createdAtMs: number) {}

  /** Built at the first listing: replaying a long log needs no order. */
  get sorted(): SortedKeys {
    return (this.#sorted ??= new SortedKeys(this.objects.keys()));
  }

  set(key: string, entry: ObjectEntry): void {
    if (!this.objects.has(key)) this.#sorted?.add(key);
    this.objects.set(key, entry);
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.#sorted?.delete(key);
  }
}

/** All buckets, as the log tells them. The only place where a change takes effect. */
export class Catalogue {
  readonly buckets = new Map<string, Bucket>();
  /** lines that a rewritten log would have */
  liveChanges = 0;

  /** @returns ids of the files that nothing refers to any more */
  apply(change: Change): string[] {
    if (change.op === "bucket") {
      if (!this.buckets.has(change.bucket)) {
        this.buckets.set(change.bucket, new Bucket(change.bucket, change.atMs));
        this.liveChanges++;
      }
      return [];
    }
    const bucket = this.buckets.get(change.bucket);
    // A change that was on its way when its bucket went.
    if (!bucket) return change.op === "put" || change.op === "complete" ? change.entry.blobs.map((b) => b.id) : [];
    switch (change.op) {
      case "bucket-gone":
        this.buckets.delete(bucket.name);
        this.liveChanges--;
        return [
          ...[...bucket.objects.keys()].flatMap((key) => this.#dropObject(bucket, key)),
          ...[...bucket.uploads.keys()].flatMap((id) => this.#dropUpload(bucket, id)),
        ];
      case "cors":
        bucket.cors = change.rules;
        return [];
      case "put":
        return this.#setObject(bucket, change.key, change.entry);
      case "delete":
        return this.#dropObject(bucket, change.key);
      case "upload":
        bucket.uploads.set(change.upload.id, { upload: change.upload, parts: new Map() });
        this.liveChanges++;
        return [];
      case "part": {
        const state = bucket.uploads.get(change.upload);
        if (!state) return [change.part.blob.id];
        const before = state.parts.get(change.part.number);
        state.parts.set(change.part.number, change.part);
        if (!before) this.liveChanges++;
        return before ? [before.blob.id] : [];
      }
      case "upload-gone":
        return this.#dropUpload(bucket, change.upload);
      case "complete": {
        const kept = new Set(change.entry.blobs.map((b) => b.id));
        const parts = this.#dropUpload(bucket, change.upload).filter((id) => !kept.has(id));
        return [...parts, ...this.#setObject(bucket, change.key, change.entry)];
      }
    }
  }

  /** The shortest list of changes that leads here. */
  *changes(): Generator<Change> {
    for (const bucket of this.buckets.values()) {
      yield { op: "bucket", bucket: bucket.name, atMs: bucket.createdAtMs };
      if (bucket.cors) yield { op: "cors", bucket: bucket.name, rules: bucket.cors };
      for (const [key, entry] of bucket.objects) yield { op: "put", bucket: bucket.name, key, entry };
      for (const { upload, parts } of bucket.uploads.values()) {
        yield { op: "upload", bucket: bucket.name, upload };
        for (const part of parts.values()) yield { op: "part", bucket: bucket.name, upload: upload.id, part };
      }
    }
  }

  /** Ids of all files that anything refers to. */
  liveBlobs(): Map<string, number> {
    const live = new Map<string, number>();
    for (const bucket of this.buckets.values()) {
      for (const entry of bucket.objects.values()) for (const blob of entry.blobs) live.set(blob.id, blob.sizeBytes);
      for (const { parts } of bucket.uploads.values()) for (const { blob } of parts.values()) live.set(blob.id, blob.sizeBytes);
    }
    return live;
  }

  #setObject(bucket: Bucket, key: string, entry: ObjectEntry): string[] {
    const before = bucket.objects.get(key);
    bucket.set(key, entry);
    if (!before) this.liveChanges++;
    return before ? before.blobs.map((b) => b.id) : [];
  }

  #dropObject(bucket: Bucket, key: string): string[] {
    const before = bucket.objects.get(key);
    if (!before) return [];
    bucket.delete(key);
    this.liveChanges--;
    return before.blobs.map((b) => b.id);
  }

  #dropUpload(bucket: Bucket, id: string): string[] {
    const state = bucket.uploads.get(id);
    if (!state) return [];
    bucket.uploads.delete(id);
    this.liveChanges -= 1 + state.parts.size;
    return [...state.parts.values()].map((part) => part.blob.id);
  }
}
