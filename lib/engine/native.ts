import { createRequire } from "node:module";
import path from "node:path";
import type * as OnnxRuntime from "onnxruntime-node";

type Tensors = Record<string, OnnxRuntime.Tensor>;

/** The binding beneath onnxruntime-node's promises: its calls are synchronous, so `dataSync()` can be served. */
type NativeSession = {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  /** Fills the tensors of `fetches`; makes one where it has null. */
  run(feeds: Tensors, fetches: Record<string, OnnxRuntime.Tensor | null>, options: object): Tensors;
  dispose(): void;
};
type Binding = { binding: { InferenceSession: new () => NativeSession }; initOrt: () => void };

export type Native = {
  Session: new () => NativeSession;
  Tensor: typeof OnnxRuntime.Tensor;
};

const require = createRequire(import.meta.url);

/** @throws whatever keeps the binary from loading: no build for this platform, a missing library */
export function loadNative(): Native {
  const { Tensor } = require("onnxruntime-node") as typeof OnnxRuntime;
  const { binding, initOrt } = require("onnxruntime-node/dist/binding.js") as Binding;
  initOrt();
  return { Session: binding.InferenceSession, Tensor };
}

/** Where the binding of this platform and the libraries that it loads lie. */
export function bindingFolder(): string {
  return path.join(path.dirname(require.resolve("onnxruntime-node/package.json")), "bin/napi-v6", process.platform, process.arch);
}
