import os from "node:os";
import { parseArgs } from "node:util";

/** The call's words are off; the message says how they should be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Arguments = {
  json: boolean;
  /** whether a line of this name is asked for */
  wants: (name: string) => boolean;
  threads: number;
  /** those of the benchmark's own flags that were given */
  flags: ReadonlySet<string>;
};

/** @param known the benchmarks there are */
export function readName<Name extends string>([name]: readonly string[], known: readonly Name[]): Name {
  const found = known.find((each) => each === name);
  if (found) return found;
  const what = name === undefined || name.startsWith("-") ? "Which benchmark? Its name comes first" : `There is no benchmark "${name}"`;
  throw new UsageError(`${what}: npm run bench -- ${known.join(" | ")}`);
}

/**
 * What follows the name.
 *
 * @param ownFlags the benchmark's own, beside those that all have
 */
export function readArguments(words: readonly string[], ownFlags: readonly string[]): Arguments {
  const values = parse(words, ownFlags);
  const patterns = ((values.case ?? []) as string[]).map(patternOf);
  return {
    json: values.json === true,
    wants: (name) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name)),
    threads: threadsOf(values.threads as string | undefined),
    flags: new Set(ownFlags.filter((flag) => values[flag] === true)),
  };
}

function parse(words: readonly string[], ownFlags: readonly string[]): Record<string, unknown> {
  const own = Object.fromEntries(ownFlags.map((flag) => [flag, { type: "boolean" as const }]));
  const options = { json: { type: "boolean" as const }, case: { type: "string" as const, multiple: true }, threads: { type: "string" as const } };
  try {
    return parseArgs({ args: [...words], options: { ...options, ...own }, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const flags = ["[--json]", "[--case REGEX]…", "[--threads N]", ...ownFlags.map((flag) => `[--${flag}]`)];
    throw new UsageError(`${(error as Error).message.split(". ", 1)[0]}. After the name may stand ${flags.join(" ")}`);
  }
}

function patternOf(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`--case takes a regular expression. ${(error as Error).message}`);
  }
}

function threadsOf(given: string | undefined): number {
  if (given === undefined) return os.availableParallelism();
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new UsageError(`--threads takes a number from 1 on, not "${given}".`);
}
