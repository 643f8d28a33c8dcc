import { ClassicLevel } from "classic-level";
import { crc32 } from "../body/crc";

export type RowChange = { row: string; value: string | null };

const writing = { keyEncoding: "utf8", valueEncoding: "utf8" } as const;

/** What is written last stays in memory until it is so much. */
export const writeBufferBytes = 4 << 20;

/**
 * Rows of text in the order of their names' bytes, on disk (LevelDB). A write of several rows happens as a whole or not
 * at all. Each row carries a checksum: a row that is not as it was written is an error, never another object.
 *
 * Memory stays flat whatever the number of rows: of the files that LevelDB maps only a few are open at a time.
 */
export class OrderedRows {
  #writtenBytes = 0;

  private constructor(private readonly folder: string, private readonly level: ClassicLevel) {}

  /** Of names and values since it was opened; the index' own room beside them is not counted. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  static async open(folder: string): Promise<OrderedRows> {
    const level = new ClassicLevel(folder, { ...writing, cacheSize: 16 << 20, writeBufferSize: writeBufferBytes, maxOpenFiles: 40 });
    try {
      await level.open();
    } catch (error) {
      throw new Error(
        `The index ${folder} cannot be opened (${causeOf(error)}). Put the store's folder back from a backup; the objects' bytes under segments/ and blobs/ are untouched.`,
        { cause: error },
      );
    }
    return new OrderedRows(folder, level);
  }

  get(row: string): string | undefined {
    const stored = this.level.getSync(row);
    return stored === undefined ? undefined : this.#checked(row, stored);
  }

  /** Rows from `gte` on and below `lt`, as they are when the first is asked for, whatever is written meanwhile. */
  async *range(bounds: { gte: string; lt: string }): AsyncGenerator<[row: string, value: string], void, undefined> {
    const iterator = this.level.iterator({ ...bounds, highWaterMarkBytes: 256 * 1024 });
    try {
      // Few first: most who ask want one row or a page.
      for (let count = 64; ; count = 1000) {
        const rows = await iterator.nextv(count);
        if (rows.length === 0) return;
        for (const [row, value] of rows) yield [row, this.#checked(row, value)];
      }
    } finally {
      await iterator.close();
    }
  }

  /** @param sync whether to wait until the disk has it; without, a crash of the process loses nothing, one of the machine may */
  async write(changes: readonly RowChange[], { sync }: { sync: boolean }): Promise<void> {
    const operations = changes.map(({ row, value }) =>
      value === null ? { type: "del" as const, key: row } : { type: "put" as const, key: row, value: checksumOf(row, value) + value },
    );
    try {
      await this.level.batch(operations, { sync });
      for (const { row, value } of changes) this.#writtenBytes += row.length + (value?.length ?? 0);
    } catch (error) {
      throw Object.assign(new Error(`The index ${this.folder} could not be written: ${causeOf(error)}`, { cause: error }), {
        code: /no space left/i.test(causeOf(error)) ? "ENOSPC" : undefined,
      });
    }
  }

  async close(): Promise<void> {
    await this.level.close();
  }

  #checked(row: string, stored: string): string {
    const value = stored.slice(8);
    if (stored.slice(0, 8) !== checksumOf(row, value)) {
      throw new Error(`The index ${this.folder} is damaged at ${JSON.stringify(row)}. Put the store's folder back from a backup.`);
    }
    return value;
  }
}

function checksumOf(row: string, value: string): string {
  return crc32(Buffer.from(`${row}\0${value}`)).toString(16).padStart(8, "0");
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
