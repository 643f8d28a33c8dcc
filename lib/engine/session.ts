import type { Tensor } from "onnxruntime-node";
import type { Native } from "./native";
import type { Provider } from "./providers/provider";

export type SessionOptions = {
  threads: number;
  provider: Provider;
};

/** A loaded graph. It keeps memory outside of JavaScript's heap until disposed. */
export type Session = {
  /** Computes every tensor of `fetches` in place. Blocks. */
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor>): void;
  /** Computes the outputs named into tensors of their own. Blocks. */
  make(feeds: Record<string, Tensor>, outputs: readonly string[]): Record<string, Tensor>;
  dispose(): void;
};

/**
 * How long a thread without work keeps its core busy. Between two operations there is not time to sleep and wake, which
 * ResNet-18 at 32 px took 10 % longer with; a thread that turns on and on takes the core from the collector, and from
 * whatever else runs.
 */
const spinUs = 50;

/** @param onDevice the outputs that stay in the device's memory, where the provider has some */
export function openSession(native: Native, model: Uint8Array, { threads, provider }: SessionOptions, onDevice: readonly string[] = []): Session {
  const session = new native.Session();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    executionProviders: provider.sessionProviders,
    ...(onDevice.length > 0 ? { preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, "gpu-buffer"])) } : {}),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableMemPattern: false, // beside the pattern's block the arena of the first run stays: 1.3 times the memory, no faster
    enableCpuMemArena: true,
    logSeverityLevel: 4, // errors are thrown, so they need not be printed as well
    extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: `${spinUs}` } } },
  });
  return {
    run: (feeds, fetches) => native.runInPlace(session, feeds, fetches),
    make: (feeds, outputs) => session.run(feeds, Object.fromEntries(outputs.map((name) => [name, null])), {}),
    dispose: () => session.dispose(),
  };
}
