import type { Arguments } from "./arguments";
import type { Measurement } from "./measurement";

/** What a benchmark is run with. */
export type Run = Omit<Arguments, "json"> & {
  /** a figure, as soon as it stands */
  emit: (measurement: Measurement) => void;
  /** one line for whoever waits */
  note: (line: string) => void;
};

export type Benchmark = {
  /** beside those that all benchmarks have */
  flags: readonly string[];
  run: (run: Run) => Promise<void>;
};
