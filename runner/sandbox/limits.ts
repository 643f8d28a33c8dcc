import { availableParallelism, totalmem } from "node:os";

/** What one child may use. Held by the kernel (setrlimit), the wall clock by the runner. */
export type Limits = {
  /** private writable memory; mapped files, code and untouched reservations do not count */
  memoryBytes: number;
  /** of all its threads together */
  cpuSeconds: number;
  /** processes and threads */
  processes: number;
  /** of one file it writes */
  fileBytes: number;
  openFiles: number;
  /** of its /tmp, which is memory too */
  temporaryBytes: number;
};

const GiB = 1024 ** 3;

/** Below this ONNX Runtime, V8 and the smallest training do not fit. */
export const leastMemoryBytes = 2 * GiB;

/**
 * Half of the machine's memory for one child, so that two children or PostgreSQL and a child fit; at least 2 GiB.
 * @param setting LATHE_RUNNER_MEMORY, in bytes; null for the default
 */
export function memoryLimit(setting: number | null, machineBytes: number = totalmem()): number {
  return Math.max(leastMemoryBytes, setting ?? Math.floor(machineBytes / 2));
}

/** @param wallMs how long the child may go on; null for no end */
export function limitsFor(options: { memoryBytes: number; wallMs: number | null }): Limits {
  const wallSeconds = options.wallMs === null ? null : Math.ceil(options.wallMs / 1000);
  return {
    memoryBytes: options.memoryBytes,
    // More CPU time than all cores can give in that time means that the wall clock failed.
    cpuSeconds: wallSeconds === null ? unlimitedCpuSeconds : (wallSeconds + 60) * availableParallelism(),
    processes: 256,
    fileBytes: 4 * GiB,
    openFiles: 4096,
    temporaryBytes: GiB / 2,
  };
}

/** A served model runs for as long as it is served. */
export const unlimitedCpuSeconds = 10 * 365 * 24 * 3600;
