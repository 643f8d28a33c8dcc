import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { compareKeys } from "#storage/key-order";

export type Row<Value> = { key: string; value: Value };

let spills = 0;

/**
 * Any number of rows in the order of their keys (UTF-8 bytes, as S3 lists), through a bounded piece of memory: sorted runs
 * are written to a folder and merged when they are read. Rows of one key stay in the order in which they were added.
 */
export class SortedRows<Value> {
  readonly #folder: string;
  readonly #rowsInMemory: number;
  readonly #name = `rows-${spills++}`;
  #rows: Row<Value>[] = [];
  #runs: string[] = [];

  /** @param folder for runs; they are removed when the reading ends. Values must survive JSON. */
  constructor(folder: string, rowsInMemory = 50_000) {
    this.#folder = folder;
    this.#rowsInMemory = rowsInMemory;
  }

  async add(key: string, value: Value): Promise<void> {
    this.#rows.push({ key, value });
    if (this.#rows.length >= this.#rowsInMemory) await this.#spill();
  }

  /** Once, when all are added. */
  async *read(): AsyncGenerator<Row<Value>> {
    const rest = this.#take();
    if (this.#runs.length === 0) return yield* rest;
    const sources: AsyncIterator<Row<Value>>[] = [...this.#runs.map((file) => readRun<Value>(file)), fromMemory(rest)];
    try {
      const heads = await Promise.all(sources.map(async (source) => (await source.next()).value as Row<Value> | undefined));
      for (;;) {
        let least = -1;
        for (let i = 0; i < heads.length; i++) {
          if (heads[i] && (least < 0 || compareKeys(heads[i]!.key, heads[least]!.key) < 0)) least = i;
        }
        if (least < 0) return;
        yield heads[least]!;
        heads[least] = (await sources[least]!.next()).value as Row<Value> | undefined;
      }
    } finally {
      await Promise.all(sources.map((source) => source.return?.()));
      await Promise.all(this.#runs.map((file) => rm(file, { force: true })));
    }
  }

  #take(): Row<Value>[] {
    // Array.prototype.sort is stable.
    const rows = this.#rows.sort((a, b) => compareKeys(a.key, b.key));
    this.#rows = [];
    return rows;
  }

  async #spill(): Promise<void> {
    const file = path.join(this.#folder, `${this.#name}-${this.#runs.length}`);
    this.#runs.push(file);
    const out = createWriteStream(file, { mode: 0o600 });
    const failed = once(out, "error").then(([error]) => Promise.reject(error as Error));
    failed.catch(() => {});
    for (const { key, value } of this.#take()) {
      if (!out.write(`${JSON.stringify([key, value])}\n`)) await Promise.race([once(out, "drain"), failed]);
    }
    out.end();
    await Promise.race([once(out, "close"), failed]);
  }
}

async function* fromMemory<Value>(rows: Row<Value>[]): AsyncGenerator<Row<Value>> {
  yield* rows;
}

async function* readRun<Value>(file: string): AsyncGenerator<Row<Value>> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  for await (const line of lines) {
    const [key, value] = JSON.parse(line) as [string, Value];
    yield { key, value };
  }
}
