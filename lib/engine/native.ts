import { createRequire } from "node:module";
import type * as OnnxRuntime from "onnxruntime-node";

type Tensors = Record<string, OnnxRuntime.Tensor>;

/** The binding beneath onnxruntime-node's promises: its calls are synchronous, so `dataSync()` can be served. */
type NativeSession = {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(feeds: Tensors, fetches: Tensors, options: object): unknown;
  dispose(): void;
};
type Binding = { binding: { InferenceSession: new () => NativeSession }; initOrt: () => void };

export type Native = {
  Session: new () => NativeSession;
  Tensor: typeof OnnxRuntime.Tensor;
};

/** @throws whatever keeps the binary from loading: no build for this platform, a missing library */
export function loadNative(): Native {
  const require = createRequire(import.meta.url);
  const { Tensor } = require("onnxruntime-node") as typeof OnnxRuntime;
  const { binding, initOrt } = require("onnxruntime-node/dist/binding.js") as Binding;
  initOrt();
  return { Session: binding.InferenceSession, Tensor };
}
