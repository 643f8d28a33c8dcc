import type { Tensor } from "onnxruntime-node";
import type { Native } from "./native";
import type { Provider } from "./providers/provider";

export type SessionOptions = {
  threads: number;
  spinning: boolean;
  provider: Provider;
};

/** A loaded graph. It keeps memory outside of JavaScript's heap until disposed. */
export type Session = {
  /** Computes every tensor of `fetches` in place; makes those given as null. Blocks. */
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor | null>): Record<string, Tensor>;
  dispose(): void;
};

/** @param onDevice the outputs that stay in the device's memory, where the provider has some */
export function openSession(native: Native, model: Uint8Array, { threads, spinning, provider }: SessionOptions, onDevice: readonly string[] = []): Session {
  const session = new native.Session();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    executionProviders: provider.sessionProviders,
    ...(onDevice.length > 0 ? { preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, "gpu-buffer"])) } : {}),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableMemPattern: true,
    enableCpuMemArena: true,
    logSeverityLevel: 4, // errors are thrown, so they need not be printed as well
    extra: { session: { intra_op: { allow_spinning: spinning ? "1" : "0" } } },
  });
  return {
    run: (feeds, fetches) => session.run(feeds, fetches, {}),
    dispose: () => session.dispose(),
  };
}
