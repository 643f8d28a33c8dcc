import type { Tensor } from "onnxruntime-node";
import type { Native } from "./native";

export type SessionOptions = {
  threads: number;
  spinning: boolean;
};

/** A loaded graph. It keeps memory outside of JavaScript's heap until disposed. */
export type Session = {
  /** Computes every tensor of `fetches` in place. Blocks. */
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor>): void;
  dispose(): void;
};

export function openSession(native: Native, model: Uint8Array, { threads, spinning }: SessionOptions): Session {
  const session = new native.Session();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableMemPattern: false, // beside the pattern's block the arena of the first run stays: 1.3 times the memory, no faster
    enableCpuMemArena: true,
    logSeverityLevel: 4, // errors are thrown, so they need not be printed as well
    extra: { session: { intra_op: { allow_spinning: spinning ? "1" : "0" } } },
  });
  return {
    run: (feeds, fetches) => native.runInPlace(session, feeds, fetches),
    dispose: () => session.dispose(),
  };
}
