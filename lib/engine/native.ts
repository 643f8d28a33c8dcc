import { createRequire } from "node:module";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import type * as OnnxRuntime from "onnxruntime-node";

type Tensors = Record<string, OnnxRuntime.Tensor>;
type TensorClass = typeof OnnxRuntime.Tensor;

/** The binding beneath onnxruntime-node's promises: its calls are synchronous, so `dataSync()` can be served. */
type NativeSession = {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  /** Fills the tensors of `fetches`; makes one where it has null. */
  run(feeds: Tensors, fetches: Record<string, OnnxRuntime.Tensor | null>, options: object): Tensors;
  dispose(): void;
};
type Binding = {
  InferenceSession: new () => NativeSession;
  initOrtOnce(logLevel: number, tensorClass: TensorClass, isMainThread: boolean): void;
};

export type Native = {
  Session: new () => NativeSession;
  Tensor: TensorClass;
  /** Runs a session whose outputs all have a place already. Blocks. */
  runInPlace(session: NativeSession, feeds: Tensors, fetches: Tensors): void;
};

const require = createRequire(import.meta.url);

/** ONNX Runtime's number for "warning". */
const warningLevel = 2;

let loaded: Native | null = null;

/** @throws whatever keeps the binary from loading: no build for this platform, a missing library */
export function loadNative(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  const { Tensor } = require("onnxruntime-node") as typeof OnnxRuntime;
  const { binding } = require("onnxruntime-node/dist/binding.js") as { binding: Binding };

  /*
   * After a run the binding wraps each output in a new tensor over the memory it was given, though that tensor is in our
   * hands already. V8 takes the wrappers' bytes for newly allocated ones and collects all garbage, several times a step
   * of a large network: a third of ResNet-18's at 32 px. So the class that the binding makes its tensors with refuses
   * while outputs lie in place; the values are computed by then.
   */
  const refusal = new Error("The outputs lie where they belong.");
  let refuses = false;
  class OutputTensor extends (Tensor as new (...parts: unknown[]) => OnnxRuntime.Tensor) {
    constructor(...parts: unknown[]) {
      if (refuses) throw refusal;
      super(...parts);
    }
  }
  binding.initOrtOnce(warningLevel, OutputTensor as unknown as TensorClass, isMainThread);

  return {
    Session: binding.InferenceSession,
    Tensor,
    runInPlace: (session, feeds, fetches) => {
      refuses = true;
      try {
        session.run(feeds, fetches, {});
      } catch (cause) {
        if (cause !== refusal) throw cause;
      } finally {
        refuses = false;
      }
    },
  };
}

/** Where the binding of this platform and the libraries that it loads lie. */
export function bindingFolder(): string {
  return path.join(path.dirname(require.resolve("onnxruntime-node/package.json")), "bin/napi-v6", process.platform, process.arch);
}
