import type { BucketConfig, CorsRule, ObjectEntry, Part, Upload, Version } from "../entries";
import { levelOf, type LevelQuery } from "./level";
import type { OrderedRows } from "./ordered-rows";
import { currentRow, olderRow, olderRows, partRows, prefixed, readVersion, splitEnded, successor, uploadRow, type VersionRow } from "./rows";
import { parseVersionId } from "./version-id";

export type KeyVersion = { key: string; version: Version; isLatest: boolean };

/** A bucket as the index has it. What it answers holds until the next change of the key. */
export class Bucket {
  config: BucketConfig = {};
  /** Set while its deletion is being written: nothing new may come in. */
  closing = false;
  /** Changes that are being written: it cannot be deleted meanwhile. */
  pending = 0;
  /** current objects, those hidden by a delete marker left out */
  readonly objects = { get: (key: string): ObjectEntry | undefined => this.head(key)?.content ?? undefined };

  constructor(private readonly rows: OrderedRows, readonly name: string, readonly createdAtMs: number) {}

  get cors(): CorsRule[] | null {
    return this.config.cors ?? null;
  }

  /** The current version, which may be a delete marker. */
  head(key: string): Version | undefined {
    return this.#current(key);
  }

  /** @param id as versionIdOf gives it */
  version(key: string, id: string): Version | undefined {
    const current = this.#current(key);
    if (!current) return undefined;
    const seq = id === "null" ? (current.isNull ? current.seq : current.olderNull) : parseVersionId(id);
    const version = seq === current.seq ? current : seq === undefined ? undefined : this.#older(key, seq);
    // The null version is known by no other name.
    return version && version.isNull === (id === "null") ? version : undefined;
  }

  /** By its number, whatever it is called. */
  versionNumbered(key: string, seq: number): Version | undefined {
    const current = this.#current(key);
    return current?.seq === seq ? current : current && this.#older(key, seq);
  }

  /** Those that are not current, newest first. */
  async *older(key: string): AsyncGenerator<Version, void, undefined> {
    for await (const [, value] of this.rows.range(prefixed(olderRows(this.name, key)))) yield readVersion(value);
  }

  /** Neither objects nor versions nor delete markers; uploads do not count. */
  async isEmpty(): Promise<boolean> {
    for await (const _ of this.rows.range(prefixed(currentRow(this.name, "")))) return false;
    return true;
  }

  /** Current objects from a key on, in order. */
  async *from(start: string): AsyncGenerator<{ key: string; entry: ObjectEntry }, void, undefined> {
    for await (const { key, version } of this.#currents(start, "")) if (version.content) yield { key, entry: version.content };
  }

  /** One page of a listing of current objects. */
  listLevel(query: LevelQuery) {
    return levelOf((start) => this.from(start), query);
  }

  /** All versions of keys from one on: by key, newest first. */
  async *versionsFrom(start: string, prefix = ""): AsyncGenerator<KeyVersion, void, undefined> {
    const space = `v${this.name}\0`;
    const olders = this.rows.range({ gte: olderRows(this.name, start), lt: successor(space) });
    try {
      let next = await olders.next();
      for await (const { key, version } of this.#currents(start, prefix)) {
        yield { key, version, isLatest: true };
        for (; !next.done; next = await olders.next()) {
          if (splitEnded(next.value[0].slice(space.length)).key !== key) break;
          yield { key, version: readVersion(next.value[1]), isLatest: false };
        }
      }
    } finally {
      await olders.return();
    }
  }

  upload(key: string, id: string): Upload | undefined {
    const text = this.rows.get(uploadRow(this.name, key, id));
    return text === undefined ? undefined : (JSON.parse(text) as Upload);
  }

  /** By their numbers. */
  async parts(upload: string): Promise<Part[]> {
    const parts: Part[] = [];
    for await (const [, value] of this.rows.range(prefixed(partRows(upload)))) parts.push(JSON.parse(value) as Part);
    return parts;
  }

  /** Uploads in progress from a key on: by key, then by id. */
  async *uploadsFrom(start: string): AsyncGenerator<Upload, void, undefined> {
    for await (const [, value] of this.rows.range({ gte: uploadRow(this.name, start, ""), lt: successor(`u${this.name}\0`) })) yield JSON.parse(value) as Upload;
  }

  async *#currents(start: string, prefix: string): AsyncGenerator<{ key: string; version: VersionRow }, void, undefined> {
    const space = currentRow(this.name, "");
    for await (const [row, value] of this.rows.range({ gte: space + start, lt: successor(space + prefix) })) yield { key: row.slice(space.length), version: readVersion(value) };
  }

  #current(key: string): VersionRow | undefined {
    return this.#read(currentRow(this.name, key));
  }

  #older(key: string, seq: number): VersionRow | undefined {
    return this.#read(olderRow(this.name, key, seq));
  }

  #read(row: string): VersionRow | undefined {
    const text = this.rows.get(row);
    return text === undefined ? undefined : readVersion(text);
  }
}
