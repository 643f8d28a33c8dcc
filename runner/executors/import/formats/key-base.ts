import type { Source } from "../source";
import { exists } from "./join";

/** So many names are looked up to find out what they are relative to. */
const probes = 20;

/**
 * How a table's names become keys: an address with a scheme stands for itself, other names are relative to what they are
 * found under: the prefix, the bucket, the table's own folder, or a folder that is usual for the format.
 */
export class KeyBase {
  readonly #source: Source;
  readonly base: string;
  readonly #foreign = new Map<string, number>();

  private constructor(source: Source, base: string) {
    this.#source = source;
    this.base = base;
  }

  /** @param names some of the table's first. @param more folders to try beside the usual ones */
  static async find(source: Source, table: string, names: readonly string[], more: readonly string[] = []): Promise<KeyBase> {
    const folder = table.slice(0, table.lastIndexOf("/") + 1);
    const bases = [...new Set([source.prefix, folder, ...more, ""])];
    const step = Math.max(1, Math.floor(names.length / probes));
    const asked = names.filter((name, i) => i % step === 0 && !schemeOf(name)).slice(0, probes);
    // Whole keys come last: a copy beside its table is meant rather than what it was copied from.
    let best = { base: source.prefix, hits: 0 };
    for (const base of bases) {
      let hits = 0;
      for (const name of asked) if (await exists(source, base + plain(name))) hits++;
      if (hits > best.hits) best = { base, hits };
      if (hits === asked.length) break;
    }
    if (asked.length > 0 && best.base !== source.prefix) {
      source.log("info", `The names in ${table} are read as ${best.base === "" ? "whole keys" : `relative to ${best.base}`}.`);
    }
    return new KeyBase(source, best.base);
  }

  keyOf(name: string): string {
    const url = schemeOf(name);
    if (!url) return this.base + plain(name);
    if (url.bucket !== this.#source.bucket) this.#foreign.set(url.bucket, (this.#foreign.get(url.bucket) ?? 0) + 1);
    return url.key;
  }

  /** Says what was looked for elsewhere than where the table has it. */
  report(): void {
    for (const [bucket, count] of [...this.#foreign].slice(0, 10)) {
      this.#source.log("warn", `${count} rows name the bucket "${bucket}"; their keys are looked for in "${this.#source.bucket}", since a dataset reads from one bucket.`);
    }
  }
}

function schemeOf(name: string): { bucket: string; key: string } | null {
  const match = /^(?:s3|s3a|s3n|obs):\/\/([^/]+)\/(.*)$/is.exec(name);
  return match ? { bucket: match[1]!, key: match[2]! } : null;
}

function plain(name: string): string {
  return name.replace(/^(?:\.?\/)+/, "");
}
