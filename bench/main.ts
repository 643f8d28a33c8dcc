import { readArguments, readName, UsageError } from "./arguments";
import type { Benchmark } from "./benchmark";
import { jsonLine, table, type Measurement } from "./measurement";
import { stopAllPeers } from "./peer";

/*
 * `npm run bench -- NAME …`: figures on stdout, everything else on stderr.
 * Exit 0 measured; 1 it failed, with one line why; 2 the call's words are off.
 */

/** Loaded when asked for: one benchmark does not pay for what another imports. */
const benchmarks = {
  engine: async (): Promise<Benchmark> => (await import("./engine/benchmark")).engineBenchmark,
  datasets: async (): Promise<Benchmark> => (await import("./datasets/benchmark")).datasetsBenchmark,
  cp: async (): Promise<Benchmark> => (await import("./cp/benchmark")).copyBenchmark,
  store: async (): Promise<Benchmark> => (await import("./store/benchmark")).storeBenchmark,
};

async function main(words: readonly string[]): Promise<void> {
  const name = readName(words, Object.keys(benchmarks) as (keyof typeof benchmarks)[]);
  const benchmark = await benchmarks[name]();
  const { json, ...asked } = readArguments(words.slice(1), benchmark.flags);
  const measurements: Measurement[] = [];
  await benchmark.run({
    ...asked,
    emit: (measurement) => {
      measurements.push(measurement);
      if (json) process.stdout.write(`${jsonLine(measurement)}\n`);
    },
    note: (line) => process.stderr.write(`${line}\n`),
  });
  if (measurements.length === 0) throw new UsageError("No case has such a name. Without --case all of them run.");
  if (!json) process.stdout.write(`${table(measurements)}\n`);
}

for (const [signal, code] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.once(signal, () => {
    stopAllPeers();
    process.exit(code);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  stopAllPeers();
}
