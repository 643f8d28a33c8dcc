import type { BucketConfig, Change, VersionNumber } from "../entries";
import { applyToRows } from "./apply";
import { Bucket } from "./bucket";
import { Draft } from "./draft";
import type { Position } from "./journal";
import type { OrderedRows } from "./ordered-rows";
import { bucketRow, checkpointRow, looseRow, positionRow, prefixed, segmentRow } from "./rows";

type BucketRow = { createdAtMs: number; config: BucketConfig };

/** All buckets and what is in them: the index. The only place where a change takes effect. */
export class Catalogue {
  readonly buckets = new Map<string, Bucket>();
  #seq = 0;

  private constructor(readonly rows: OrderedRows) {}

  static async open(rows: OrderedRows): Promise<Catalogue> {
    const catalogue = new Catalogue(rows);
    const position = rows.get(positionRow);
    if (position) catalogue.#seq = (JSON.parse(position) as { seq: number }).seq;
    for await (const [row, value] of rows.range(prefixed("b"))) catalogue.#setBucket(row.slice(1), value);
    return catalogue;
  }

  /** The number of a new version. */
  nextVersion(bucket: Bucket): VersionNumber {
    return { seq: ++this.#seq, isNull: bucket.config.versioning !== "enabled" };
  }

  /**
   * Lets changes take effect that are in the journal up to a position.
   * @returns for each the ids of files that nothing refers to any more
   */
  async apply(changes: readonly Change[], position: Position): Promise<string[][]> {
    const draft = new Draft(this.rows);
    const touched = new Set<string>();
    const freed = changes.map((change) => {
      if ("version" in change) this.#seq = Math.max(this.#seq, change.version.seq);
      if (change.op === "bucket" || change.op === "bucket-gone" || change.op === "config") {
        touched.add(change.bucket);
        applyToBucket(draft, change);
      } else applyToRows(draft, change);
      return draft.takeFreed();
    });
    draft.set(positionRow, JSON.stringify({ ...position, seq: this.#seq }));
    await this.rows.write(draft.changes, { sync: false });
    for (const name of touched) this.#setBucket(name, draft.get(bucketRow(name)));
    return freed;
  }

  /** Where the journal must be read from: everything before is on disk in the rows for certain. */
  get checkpoint(): Position | null {
    const text = this.rows.get(checkpointRow);
    return text === undefined ? null : (JSON.parse(text) as Position);
  }

  async setCheckpoint(position: Position): Promise<void> {
    await this.rows.write([{ row: checkpointRow, value: JSON.stringify(position) }], { sync: true });
  }

  /** Notes files that go at the next start unless something refers to them by then. */
  async addLoose(id: string): Promise<void> {
    await this.rows.write([{ row: looseRow(id), value: "" }], { sync: false });
  }

  async dropLoose(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.rows.write(ids.map((id) => ({ row: looseRow(id), value: null })), { sync: false });
  }

  async *loose(): AsyncGenerator<string, void, undefined> {
    for await (const [row] of this.rows.range(prefixed("g"))) yield row.slice(1);
  }

  /** Bytes of each segment that something refers to. */
  async segments(): Promise<Map<string, number>> {
    const live = new Map<string, number>();
    for await (const [row, value] of this.rows.range(prefixed("s"))) live.set(row.slice(1), Number(value));
    return live;
  }

  async forgetSegment(segment: string): Promise<void> {
    await this.rows.write([{ row: segmentRow(segment), value: null }], { sync: false });
  }

  #setBucket(name: string, text: string | undefined): void {
    if (text === undefined) {
      this.buckets.delete(name);
      return;
    }
    const { createdAtMs, config } = JSON.parse(text) as BucketRow;
    const bucket = this.buckets.get(name) ?? new Bucket(this.rows, name, createdAtMs);
    bucket.config = config;
    this.buckets.set(name, bucket);
  }
}

function applyToBucket(draft: Draft, change: Extract<Change, { op: "bucket" | "bucket-gone" | "config" }>): void {
  const row = bucketRow(change.bucket);
  const before = draft.get(row);
  if (change.op === "bucket-gone") draft.set(row, null);
  else if (change.op === "bucket") {
    const fresh: BucketRow = { createdAtMs: change.atMs, config: {} };
    if (before === undefined) draft.set(row, JSON.stringify(fresh));
  } else if (before !== undefined) {
    const { createdAtMs, config } = JSON.parse(before) as BucketRow;
    const changed: BucketRow = { createdAtMs, config: { ...config, [change.name]: change.value ?? undefined } };
    draft.set(row, JSON.stringify(changed));
  }
}
